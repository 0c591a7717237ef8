using System.Text.Json;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Operations;

public sealed class SupervisionTests
{
    private const string Guard = "/user/node/endpoints/ep-tcp";

    [Fact]
    public async Task Tree_shows_the_actors_there_are_and_no_others()
    {
        await using var node = await HttpNode.StartAsync("", TestNode.Tcp, TestNode.Udp);
        using var client = node.Connect();
        var conn = $"{Guard}/conns/conn-{client.Connection}";

        var tree = await TreeAsync(node);
        Assert.Equal(("EndpointGuard", "Bound"), tree[Guard]);
        Assert.Equal(("ListenerActor", "Running"), tree[Guard + "/listener"]);
        Assert.Equal(("ConnectionsActor", "Running"), tree[Guard + "/conns"]);
        Assert.Equal(("ConnectionActor", "Open"), tree[conn]);
        Assert.Equal(("DatagramActor", "Running"), tree["/user/node/endpoints/ep-udp/socket"]);
        Assert.Equal(("SessionsActor", "Running"), tree["/user/node/endpoints/ep-udp/conns"]);
        Assert.Equal(("NodeActor", "Running"), tree["/user/node"]);

        client.Dispose();
        await node.UntilAsync("/api/supervision", answer => !answer.Text.Contains(conn, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Crashed_listener_is_shown_with_its_restart_and_why()
    {
        await using var node = await HttpNode.StartAsync();
        using var events = await node.EventsAsync();
        node.Kill("ep-tcp/listener");
        await events.NextAsync("endpoint-changed", data => data.GetProperty("state").GetString() == "Bound");

        var answer = await node.UntilAsync("/api/supervision", answer => Find(answer.Json, Guard).GetProperty("state").GetString() == "Bound"
            && Find(answer.Json, Guard).GetProperty("restarts").GetInt32() == 1);
        foreach (var path in new[] { Guard, Guard + "/listener" })
        {
            Assert.Equal(1, Find(answer.Json, path).GetProperty("restarts").GetInt32());
            Assert.Equal("ActorKilledException", Find(answer.Json, path).GetProperty("lastFailure").GetProperty("name").GetString());
        }

        Assert.Equal(JsonValueKind.Null, Find(answer.Json, Guard + "/conns").GetProperty("lastFailure").ValueKind);
    }

    [Fact]
    public async Task Crowd_is_cut_and_counted()
    {
        await using var node = await HttpNode.StartAsync();
        var clients = Enumerable.Range(0, 5).Select(_ => node.Connect()).ToList();

        var conns = Find(await node.JsonAsync("/api/supervision?children=3"), Guard + "/conns");
        Assert.Equal((3, 2), (conns.GetProperty("children").GetArrayLength(), conns.GetProperty("omitted").GetInt32()));
        conns = Find(await node.JsonAsync("/api/supervision"), Guard + "/conns");
        Assert.Equal((5, 0), (conns.GetProperty("children").GetArrayLength(), conns.GetProperty("omitted").GetInt32()));
        var root = await node.JsonAsync("/api/supervision?depth=0");
        Assert.Equal((0, 4), (root.GetProperty("children").GetArrayLength(), root.GetProperty("omitted").GetInt32()));
        Assert.Equal(400, (await node.GetAsync("/api/supervision?depth=deep")).Status);
        clients.ForEach(client => client.Dispose());
    }

    private static async Task<Dictionary<string, (string Kind, string State)>> TreeAsync(HttpNode node) =>
        All(await node.JsonAsync("/api/supervision")).ToDictionary(
            actor => actor.GetProperty("path").GetString()!,
            actor => (actor.GetProperty("kind").GetString()!, actor.GetProperty("state").GetString()!));

    private static JsonElement Find(JsonElement tree, string path) => All(tree).Single(actor => actor.GetProperty("path").GetString() == path);

    private static IEnumerable<JsonElement> All(JsonElement actor) =>
        actor.GetProperty("children").EnumerateArray().SelectMany(All).Prepend(actor);
}
