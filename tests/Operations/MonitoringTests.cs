using System.Globalization;
using System.Text.Json;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Operations;

/// <summary>The pages that tools made for nats-server read: their field names, and that the numbers are the node's own.</summary>
public sealed class MonitoringTests
{
    private const string Nats = """{ address = "tcp://127.0.0.1:0", name = nats, protocol = nats }""";

    [Fact]
    public async Task Varz_tells_what_the_node_is_and_has_done()
    {
        await using var node = await HttpNode.StartAsync("", TestNode.Tcp, Nats);
        using var client = NatsTestClient.Connect(node.Address("nats"));
        client.Say("SUB a 1\nSUB b 2\nPUB a 5\nhello\n");
        client.Sync();
        using var native = node.Connect();
        await node.UntilAsync("/varz", answer => answer.Json.GetProperty("in_msgs").GetInt64() == 1);

        var varz = await node.JsonAsync("/varz");
        Assert.Equal(client.Info.GetProperty("server_id").GetString(), Text(varz, "server_id"));
        Assert.Equal(client.Info.GetProperty("server_name").GetString(), Text(varz, "server_name"));
        Assert.Equal(client.Info.GetProperty("version").GetString(), Text(varz, "version"));
        Assert.Equal(("127.0.0.1", node.Address("nats").Port), (Text(varz, "host"), Number(varz, "port")));
        Assert.Equal((1, 1024 * 1024, 4096), (Number(varz, "proto"), Number(varz, "max_payload"), Number(varz, "max_control_line")));
        Assert.Equal((30_000_000_000, 3), (Number(varz, "ping_interval"), Number(varz, "ping_max")));
        Assert.Equal((2, 2, 2), (Number(varz, "connections"), Number(varz, "total_connections"), Number(varz, "subscriptions")));
        Assert.Equal(0, Number(varz, "slow_consumers"));
        Assert.Equal(node.Http.BaseAddress!.Port, Number(varz, "http_port"));
        Assert.True(Number(varz, "in_bytes") > 0 && Number(varz, "out_bytes") > 0 && Number(varz, "out_msgs") > 0);
        Assert.True(Number(varz, "mem") > 1_000_000 && Number(varz, "cores") == Environment.ProcessorCount && varz.GetProperty("cpu").GetDouble() >= 0);
        Assert.True(varz.GetProperty("start").GetDateTime() <= varz.GetProperty("now").GetDateTime());
        Assert.Matches("^[0-9]+s$|m", Text(varz, "uptime"));
        Assert.False(varz.TryGetProperty("auth_required", out _));
    }

    [Fact]
    public async Task Connz_shows_each_connection_with_the_library_it_uses()
    {
        await using var node = await HttpNode.StartAsync("", TestNode.Tcp, Nats);
        using var client = NatsTestClient.Connect(node.Address("nats"), "\"name\":\"lab\"");
        client.Say("SUB a.* 7\nSUB b workers x1\nPUB a.b 5\nhello\n");
        client.Sync();
        using var native = node.Connect();
        native.Send(4, 5, "n.>");
        native.Sync();
        await node.UntilAsync("/connz", answer => answer.Json.GetProperty("connections")[0].GetProperty("in_msgs").GetInt64() == 1);

        var page = await node.JsonAsync("/connz?subs=detail");
        Assert.Equal((2, 2, 0, 1024), (Number(page, "num_connections"), Number(page, "total"), Number(page, "offset"), Number(page, "limit")));
        var (first, second) = (page.GetProperty("connections")[0], page.GetProperty("connections")[1]);
        Assert.Equal(client.Info.GetProperty("client_id").GetInt64(), Number(first, "cid"));
        Assert.Equal(("Client", "nats", "127.0.0.1"), (Text(first, "kind"), Text(first, "type"), Text(first, "ip")));
        Assert.Equal(((System.Net.IPEndPoint)client.Socket.LocalEndPoint!).Port, Number(first, "port"));
        Assert.Equal(("lab", "test", "1"), (Text(first, "name"), Text(first, "lang"), Text(first, "version")));
        Assert.Equal((2, 0), (Number(first, "subscriptions"), Number(first, "pending_bytes")));
        Assert.True(first.GetProperty("start").GetDateTime() <= first.GetProperty("last_activity").GetDateTime());
        Assert.Equal(["a.* - 7 1", "b workers x1 0"], first.GetProperty("subscriptions_list_detail").EnumerateArray().Select(Told).Order());
        Assert.Equal(("native", "n.> - 5 0"), (Text(second, "type"), Told(second.GetProperty("subscriptions_list_detail")[0])));
        Assert.False(first.TryGetProperty("stop", out _) || first.TryGetProperty("reason", out _));

        var plain = (await node.JsonAsync("/connz?subs=1")).GetProperty("connections")[0];
        Assert.Equal(["a.*", "b"], plain.GetProperty("subscriptions_list").EnumerateArray().Select(subject => subject.GetString()).Order());
        Assert.False((await node.JsonAsync("/connz")).GetProperty("connections")[0].TryGetProperty("subscriptions_list", out _));
    }

    [Fact]
    public async Task Connz_is_sorted_paged_and_filtered()
    {
        await using var node = await HttpNode.StartAsync("", TestNode.Tcp, Nats);
        var clients = Enumerable.Range(0, 3).Select(_ => NatsTestClient.Connect(node.Address("nats"))).ToList();
        var ids = clients.Select(client => client.Info.GetProperty("client_id").GetInt64()).ToList();
        clients[1].Say("SUB a 1\nSUB b 2\n");
        clients[2].Say("SUB a 1\n");
        clients.ForEach(client => client.Sync());
        Assert.Equal([ids[0], ids[1], ids[2]], await IdsAsync(node, ""));
        Assert.Equal([ids[1], ids[2], ids[0]], await IdsAsync(node, "?sort=subs"));
        Assert.Equal([ids[2]], await IdsAsync(node, "?sort=subs&offset=1&limit=1"));
        Assert.Equal([ids[2]], await IdsAsync(node, $"?cid={ids[2]}"));
        clients[0].Say("FOO\n");
        clients[0].HearToEnd();
        await node.UntilAsync("/connz?state=closed", answer => answer.Json.GetProperty("total").GetInt32() == 1);
        Assert.Equal([ids[0]], await IdsAsync(node, "?state=closed&sort=stop"));
        Assert.Equal([ids[1], ids[2]], await IdsAsync(node, "?state=open"));
        Assert.Equal([ids[0], ids[1], ids[2]], await IdsAsync(node, "?state=any"));
        var closed = (await node.JsonAsync("/connz?state=closed")).GetProperty("connections")[0];
        Assert.Equal("Protocol Violation", Text(closed, "reason"));
        Assert.True(closed.GetProperty("stop").GetDateTime() >= closed.GetProperty("start").GetDateTime());
        foreach (var wrong in new[] { "sort=size", "state=gone", "limit=x", "cid=x", "subs=some", "sort=stop" })
            Assert.Equal(400, (await node.GetAsync("/connz?" + wrong)).Status);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Subsz_counts_and_lists_subscriptions()
    {
        await using var node = await HttpNode.StartAsync("", TestNode.Tcp, Nats);
        using var client = NatsTestClient.Connect(node.Address("nats"));
        client.Say("SUB a.* 1\nSUB b q 2\nUNSUB 2 5\nSUB a.> 3\n");
        client.Sync();
        using var native = node.Connect();
        native.Send(4, 9, "a.b");
        native.Sync();
        var counted = await node.JsonAsync("/subsz");
        Assert.Equal((4, 4), (Number(counted, "num_subscriptions"), Number(counted, "total")));
        Assert.False(counted.TryGetProperty("subscriptions_list", out _));
        Assert.Equal(["a.* - 1 0", "a.> - 3 0", "a.b - 9 0", "b q 2 0 of 5"], (await ListAsync("?subs=1")).Order());
        Assert.Equal(["a.> - 3 0"], await ListAsync("?subs=1&test=a.b.c"));
        Assert.Equal(2, (await ListAsync("?subs=1&limit=2&offset=1")).Count);
        Assert.Equal(400, (await node.GetAsync("/subsz?offset=-1")).Status);

        async Task<List<string>> ListAsync(string query) =>
            [.. (await node.JsonAsync("/subsz" + query)).GetProperty("subscriptions_list").EnumerateArray().Select(Told)];
    }

    private static async Task<IEnumerable<long>> IdsAsync(HttpNode node, string query) =>
        (await node.JsonAsync("/connz" + query)).GetProperty("connections").EnumerateArray().Select(connection => Number(connection, "cid"));

    private static string Told(JsonElement held) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Text(held, "subject")} {(held.TryGetProperty("qgroup", out var queue) ? queue.GetString() : "-")} {Text(held, "sid")} {Number(held, "msgs")}{(held.TryGetProperty("max", out var max) ? $" of {max.GetInt64()}" : "")}");

    private static string Text(JsonElement element, string field) => element.GetProperty(field).GetString()!;

    private static long Number(JsonElement element, string field) => element.GetProperty(field).GetInt64();
}
