using System.Text.RegularExpressions;
using Anode.Tests.Configuration;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Operations;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task Metrics_are_those_of_the_documentation()
    {
        await using var other = await TestNode.StartAsync("", TestNode.Tcp, """{ address = "tcp://127.0.0.1:0", name = link, protocol = link }""");
        await using var node = await HttpNode.StartAsync($$"""peers = ["{{other.Address("link")}}"]""");
        await node.UntilAsync("/api/links", answer => answer.Text.Contains("\"peer\"", StringComparison.Ordinal));
        using (node.Connect())
        {
        }

        var text = (await node.UntilAsync("/metrics", answer => answer.Text.Contains("reason=\"peer-closed\"", StringComparison.Ordinal))).Text;
        var told = Types().Matches(text).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}").Order(StringComparer.Ordinal);
        var written = Rows().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "metrics.md")))
            .Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}").Order(StringComparer.Ordinal);
        Assert.Equal(written, told);
    }

    [Fact]
    public async Task Numbers_are_the_endpoints_own_and_of_this_node_only()
    {
        await using var other = await HttpNode.StartAsync("", """{ address = "tcp://127.0.0.1:0", name = other }""");
        await using var node = await HttpNode.StartAsync();
        await other.GetAsync("/metrics");
        using var client = node.Connect();
        client.Send(3, "lab.temp", "21.5"u8.ToArray());
        client.Sync();

        var text = (await node.GetAsync("/metrics")).Text;
        Assert.Contains("anode_endpoint_connections{endpoint=\"tcp\",protocol=\"native\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("anode_endpoint_accepted_total{endpoint=\"tcp\",protocol=\"native\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("anode_endpoint_state{endpoint=\"tcp\",protocol=\"native\",state=\"Bound\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("anode_endpoint_state{endpoint=\"tcp\",protocol=\"native\",state=\"Backoff\"} 0\n", text, StringComparison.Ordinal);
        Assert.Matches(@"anode_relay_published_messages_total(\{\})? 1\n", text);
        Assert.DoesNotContain("\"other\"", text, StringComparison.Ordinal);
    }

    [GeneratedRegex("^# TYPE (anode_[a-z_]+) ([a-z]+)$", RegexOptions.Multiline)]
    private static partial Regex Types();

    [GeneratedRegex(@"^\| `(anode_[a-z_]+)` \| ([a-z]+) \|", RegexOptions.Multiline)]
    private static partial Regex Rows();
}
