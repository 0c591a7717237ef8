using System.Net.Http.Json;
using System.Text.Json;
using Anode.Tests.Processes;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Cluster;

/// <summary>A cluster as a node beside it sees it.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ClusterInMeshTests
{
    [Fact]
    public async Task Death_of_a_member_is_said_by_one_of_the_others()
    {
        await using var outside = await NodeProcess.StartAsync("--name", "outside", "--http", "127.0.0.1:0", "--listen", "tcp://127.0.0.1:0?protocol=link");
        await using var members = await Members.StartAsync(3, "--peer", outside.AddressOf("link"), "--set", "node.links.probe-interval=1s"); // how long another waits for who speaks
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var nodes = new Dictionary<string, JsonElement>();
        async Task<bool> SeesAsync(Func<JsonElement, bool> ofAll, string names)
        {
            var answer = await http.GetFromJsonAsync<JsonElement>($"http://{outside.Http}/api/links");
            nodes = answer.GetProperty("nodes").EnumerateArray().ToDictionary(node => node.GetProperty("node").GetString()!, node => node);
            return names.Split(' ').All(name => nodes.TryGetValue(name, out var node) && ofAll(node));
        }

        await members.UntilAsync(() => SeesAsync(IsWhole, "a b c"), "the members do not say that they are linked to all others");
        Assert.Equal("a b outside", string.Join(' ', Peers(nodes["c"])));
        Assert.Equal("cluster", nodes["c"].GetProperty("cluster").GetString());
        var before = Versions();
        members["c"].Process.Kill();

        await members.UntilAsync(() => SeesAsync(node => !Peers(node).Contains("c"), "a b"), "the links to c are still in the map");
        Assert.Equal(before + 1, Versions());
        Assert.True(IsWhole(nodes["a"]) && IsWhole(nodes["b"]));
        await members.StartAsync("c");
        await members.UntilAsync(() => SeesAsync(IsWhole, "a b c"), "c did not become one of them again");
        Assert.Equal("a b outside", string.Join(' ', Peers(nodes["c"])));

        long Versions() => nodes["a"].GetProperty("version").GetInt64() + nodes["b"].GetProperty("version").GetInt64();
    }

    private static bool IsWhole(JsonElement node) => node.TryGetProperty("whole", out var whole) && whole.ValueKind == JsonValueKind.True;

    private static string[] Peers(JsonElement node) => [.. node.GetProperty("links").EnumerateArray().Select(link => link.GetProperty("peer").GetString()!)];
}
