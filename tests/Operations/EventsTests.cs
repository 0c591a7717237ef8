using System.Net;
using System.Net.Sockets;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Operations;

public sealed class EventsTests
{
    [Fact]
    public async Task Listener_crash_is_told_as_it_happens()
    {
        await using var node = await HttpNode.StartAsync();
        using var events = await node.EventsAsync();
        node.Kill("ep-tcp/listener");

        var bound = (await events.NextAsync("endpoint-changed", data => data.GetProperty("state").GetString() == "Bound")).Data;
        Assert.Equal(("tcp", 1), (bound.GetProperty("endpoint").GetString(), bound.GetProperty("restarts").GetInt32()));
        Assert.Equal("ActorKilledException", bound.GetProperty("lastFailure").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Connection_is_told_when_it_opens_and_with_the_reason_when_it_ends()
    {
        await using var node = await HttpNode.StartAsync();
        using var events = await node.EventsAsync();
        using var client = node.Connect();
        var opened = (await events.NextAsync())!.Data;
        Assert.Equal(("connection-opened", "tcp", $"conn-{client.Connection}", client.Connection), Head(opened));
        Assert.Equal($"tcp://{client.Socket.LocalEndPoint}", opened.GetProperty("remote").GetString());

        client.Abort();
        var closed = (await events.NextAsync())!.Data;
        Assert.Equal(("connection-closed", "tcp", $"conn-{client.Connection}", client.Connection), Head(closed));
        Assert.Equal(("peer-reset", 104), (closed.GetProperty("closeReason").GetString(), closed.GetProperty("errno").GetInt32()));

        static (string?, string?, string?, long) Head(System.Text.Json.JsonElement data) => (
            data.GetProperty("kind").GetString(), data.GetProperty("endpoint").GetString(),
            data.GetProperty("subject").GetString(), data.GetProperty("connection").GetInt64());
    }

    [Fact]
    public async Task Crashed_connection_is_told_as_a_crash()
    {
        await using var node = await HttpNode.StartAsync();
        using var events = await node.EventsAsync();
        using var client = node.Connect();
        node.Kill($"ep-tcp/conns/conn-{client.Connection}");
        Assert.Equal($"conn-{client.Connection}", (await events.NextAsync("connection-crashed")).Data.GetProperty("subject").GetString());
        Assert.Equal("crashed", (await events.NextAsync("connection-closed")).Data.GetProperty("closeReason").GetString());
    }

    [Fact]
    public async Task Datagram_session_is_told_like_a_connection()
    {
        await using var node = await HttpNode.StartAsync("", """{ address = "udp://127.0.0.1:0", name = udp, protocol = lines, lines.subscribe = "lab.>" }""");
        using var events = await node.EventsAsync();
        using var peer = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await peer.SendAsync("hello\n"u8.ToArray(), IPEndPoint.Parse(node.Address("udp").ToString()["udp://".Length..]));
        var opened = await events.NextAsync("connection-opened");
        Assert.Equal(("udp", $"udp://{peer.Client.LocalEndPoint}"), (opened.Data.GetProperty("endpoint").GetString(), opened.Data.GetProperty("remote").GetString()));

        await node.PostAsync("/api/endpoints/udp/stop");
        Assert.Equal("endpoint-stopped", (await events.NextAsync("connection-closed")).Data.GetProperty("closeReason").GetString());
    }

    [Fact]
    public async Task Reader_that_comes_back_gets_what_it_missed_and_then_what_follows()
    {
        await using var node = await HttpNode.StartAsync();
        var clients = Enumerable.Range(0, 300).Select(_ => NativeTestClient.Dial(node.Address())).ToList();
        var known = (await node.UntilAsync("/api/events", answer => Opened(answer) == 300)).Json.EnumerateArray().Select(entry => entry.GetProperty("id").GetInt64()).ToList();
        Assert.Equal(Enumerable.Range(1, known.Count).Select(id => (long)id), known);

        using var events = await node.EventsAsync(lastId: 2);
        foreach (var id in known.Skip(2))
            Assert.Equal(id, (await events.NextAsync())!.Id);
        clients[0].Abort();
        var next = (await events.NextAsync())!;
        Assert.Equal((known[^1] + 1, "connection-closed"), (next.Id!.Value, next.Kind));
        clients.ForEach(client => client.Abort());

        static int Opened(Answer answer) => answer.Json.EnumerateArray().Count(entry => entry.GetProperty("kind").GetString() == "connection-opened");
    }

    [Fact]
    public async Task Reader_from_before_a_restart_of_the_node_gets_all_of_this_one()
    {
        await using var node = await HttpNode.StartAsync();
        using var events = await node.EventsAsync(lastId: 1_000_000);
        Assert.Equal(1, (await events.NextAsync())!.Id);
    }

    [Fact]
    public async Task Newest_events_are_there_as_json()
    {
        await using var node = await HttpNode.StartAsync();
        var all = (await node.UntilAsync("/api/events", answer => answer.Json.GetArrayLength() >= 2)).Json;
        var last = all[all.GetArrayLength() - 1].GetProperty("id").GetInt64();
        Assert.Equal(last, Assert.Single((await node.GetAsync("/api/events?limit=1", ("Accept", "application/json"))).Json.EnumerateArray()).GetProperty("id").GetInt64());
        Assert.Equal(0, (await node.GetAsync($"/api/events?after={last}", ("Accept", "application/json"))).Json.GetArrayLength());
        Assert.Equal(400, (await node.GetAsync("/api/events?after=x")).Status);
        Assert.Equal(400, (await node.GetAsync("/api/events?limit=-1", ("Accept", "application/json"))).Status);
    }

    [Fact]
    public async Task Stopping_node_lets_its_readers_go()
    {
        await using var node = await HttpNode.StartAsync();
        using var events = await node.EventsAsync("?after=0");
        await node.StopAsync().WaitAsync(HttpNode.Patience);
        while (await events.NextAsync() is { } sent)
            Assert.NotNull(sent.Id);
    }
}
