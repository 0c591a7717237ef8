using Anode.Operations.Monitoring;
using Xunit;

namespace Anode.Tests.Operations;

public class SpansTests
{
    [Theory]
    [InlineData(0, "0s")]
    [InlineData(59, "59s")]
    [InlineData(124, "2m4s")]
    [InlineData(3600, "1h0m0s")]
    [InlineData(3 * 86400 + 124, "3d0h2m4s")]
    [InlineData(366 * 86400, "1y1d0h0m0s")]
    public void Span_is_written_from_its_largest_part_on(int seconds, string text) => Assert.Equal(text, Spans.Text(TimeSpan.FromSeconds(seconds)));
}
