using Anode.Hosting.Configuration;
using CsCheck;
using Xunit;

namespace Anode.Tests.Configuration;

public sealed class UnitsTests
{
    [Theory]
    [InlineData("0s", 0)]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    public void Duration_is_a_number_and_a_unit(string text, long milliseconds)
    {
        Assert.True(Units.TryParseDuration(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("10 s")]
    [InlineData("-1s")]
    [InlineData("+1s")]
    [InlineData("1.5s")]
    [InlineData("1e3s")]
    [InlineData("10S")]
    [InlineData("1d")]
    [InlineData("soon")]
    [InlineData("9223372036854775807h")]
    [InlineData("99999999999999999999s")]
    [InlineData("١s")]
    public void Anything_else_is_no_duration(string text) => Assert.False(Units.TryParseDuration(text, out _));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("17", 17)]
    [InlineData("17B", 17)]
    [InlineData("64KiB", 65_536)]
    [InlineData("1MiB", 1_048_576)]
    [InlineData("2GiB", 2_147_483_648)]
    [InlineData("1KB", 1_000)]
    [InlineData("1MB", 1_000_000)]
    public void Size_is_a_number_with_or_without_a_unit(string text, long bytes)
    {
        Assert.True(Units.TryParseBytes(text, out var size));
        Assert.Equal(bytes, size);
    }

    [Theory]
    [InlineData("")]
    [InlineData("KiB")]
    [InlineData("1kib")]
    [InlineData("1k")]
    [InlineData("1 KiB")]
    [InlineData("-1")]
    [InlineData("0.5MiB")]
    [InlineData("9223372036854775807KiB")]
    public void Anything_else_is_no_size(string text) => Assert.False(Units.TryParseBytes(text, out _));

    [Fact]
    public void Formatted_duration_and_size_parse_back() =>
        Gen.Int[0, int.MaxValue].Sample(n =>
            Units.TryParseDuration(Units.Format(TimeSpan.FromMilliseconds(n)), out var duration) && duration == TimeSpan.FromMilliseconds(n)
            && Units.TryParseBytes(Units.FormatBytes(n), out var bytes) && bytes == n);
}
