using Anode.Cli;
using Anode.Cli.Operator;
using Xunit;

namespace Anode.Tests.Cli;

public sealed class ValuesTests
{
    [Theory]
    [InlineData("5", 5000)]
    [InlineData("0.25", 250)]
    [InlineData("500ms", 500)]
    [InlineData("2m", 120_000)]
    public void Duration_is_seconds_or_has_a_unit(string text, int milliseconds)
    {
        Assert.True(Values.TryDuration(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData("NaN")]
    [InlineData("48h")]
    [InlineData("99999999999999999999")]
    public void Other_durations_are_refused(string text) => Assert.False(Values.TryDuration(text, out _));

    [Theory]
    [InlineData("100", 100)]
    [InlineData("0.5/s", 0.5)]
    public void Rate_is_per_second(string text, double perSecond)
    {
        Assert.True(Values.TryRate(text, out var rate));
        Assert.Equal(perSecond, rate);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("/s")]
    [InlineData("100/m")]
    [InlineData("-5")]
    public void Other_rates_are_refused(string text) => Assert.False(Values.TryRate(text, out _));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(10_239, "9.9 KiB")]
    [InlineData(1_048_575, "1023 KiB")]
    [InlineData(1L << 62, "4194304 TiB")]
    public void Bytes_are_shown_in_the_largest_unit_rounded_down(long bytes, string shown) => Assert.Equal(shown, Json.Bytes(bytes));

    [Fact]
    public void Header_is_split_at_its_first_equals_sign()
    {
        Assert.True(Values.TryHeader("query=a=b", out var header));
        Assert.Equal(KeyValuePair.Create("query", "a=b"), header);
        Assert.False(Values.TryHeader("=b", out _));
    }
}
