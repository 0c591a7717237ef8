using System.Text.Json;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Operations;

/// <summary>Who reads too slowly is named, with what it cost, and what is said of it stays little.</summary>
public sealed class SlowConsumerEventsTests
{
    private const string Small = """{ address = "tcp://127.0.0.1:0", name = tcp, send-buffer-bytes = 4KiB, pending-bytes = 128KiB, slow-consumer = """;
    private const string Limits = "limits { payload-bytes = 16KiB, slow-consumer-hold = 50ms }, timeouts.linger = 200ms";

    [Fact]
    public async Task Closed_slow_consumer_is_told_with_its_subject_and_what_was_left_out()
    {
        await using var node = await HttpNode.StartAsync(Limits, Small + "close }");
        using var events = await node.EventsAsync();
        using var stuck = Stuck(node, "lab.*");
        Flood(node, 400);

        var told = (await events.NextAsync("slow-consumer")).Data;
        Assert.Equal(stuck.Connection, told.GetProperty("connection").GetInt64());
        Assert.Equal(("tcp", $"conn-{stuck.Connection}"), (told.GetProperty("endpoint").GetString(), told.GetProperty("subject").GetString()));
        Assert.Equal("lab.flood", told.GetProperty("messageSubject").GetString());
        Assert.InRange(told.GetProperty("messages").GetInt64(), 1, 400);
        Assert.InRange(told.GetProperty("bytes").GetInt64(), 1000, 420_000);
        Assert.Contains("131072 bytes", told.GetProperty("text").GetString(), StringComparison.Ordinal);
        var closed = (await events.NextAsync("connection-closed", data => data.GetProperty("connection").GetInt64() == stuck.Connection)).Data;
        Assert.Equal((stuck.Connection, "slow-consumer"), (closed.GetProperty("connection").GetInt64(), closed.GetProperty("closeReason").GetString()));

        var listed = await ConnectionAsync(node, stuck.Connection);
        Assert.True(listed.GetProperty("dropped").GetInt64() >= told.GetProperty("messages").GetInt64(), "what was left out stays listed with the closed connection");
    }

    [Fact]
    public async Task Dropping_is_told_once_however_much_is_dropped_and_counted_exactly()
    {
        await using var node = await HttpNode.StartAsync(Limits, Small + "drop }");
        using var events = await node.EventsAsync();
        using var stuck = Stuck(node, "lab.*");
        Flood(node, 2_000);

        var told = (await events.NextAsync("messages-dropped")).Data;
        Assert.Equal(stuck.Connection, told.GetProperty("connection").GetInt64());
        Assert.Equal("lab.flood", told.GetProperty("messageSubject").GetString());
        Assert.InRange(told.GetProperty("messages").GetInt64(), 1, 2_000);

        Flood(node, 2_000);
        stuck.Send(7);
        var got = stuck.ReceiveUntil("[8]").Count;
        var listed = await ConnectionAsync(node, stuck.Connection);
        Assert.Equal(4_000 - got, listed.GetProperty("dropped").GetInt64());
        Assert.InRange(listed.GetProperty("droppedBytes").GetInt64(), 1000 * (4_000 - got), 1100 * (4_000 - got));
        var all = JsonDocument.Parse((await node.GetAsync("/api/events?after=0", ("Accept", "application/json"))).Text).RootElement;
        Assert.Single(all.EnumerateArray(), entry => entry.GetProperty("kind").GetString() == "messages-dropped");
    }

    [Fact]
    public async Task Bounds_are_each_listeners_own()
    {
        await using var node = await HttpNode.StartAsync(
            Limits, Small + "close }", """{ address = "tcp://127.0.0.1:0", name = roomy, send-buffer-bytes = 4KiB, slow-consumer-hold = 20ms }""");
        using var events = await node.EventsAsync();
        using var roomy = Stuck(node, "lab.*", "roomy");
        using var stuck = Stuck(node, "lab.*");
        Flood(node, 400);

        Assert.Equal(stuck.Connection, (await events.NextAsync("slow-consumer")).Data.GetProperty("connection").GetInt64());
        Assert.All(Enumerable.Range(0, 400), _ => Assert.StartsWith("[3,\"lab.flood\"", roomy.Receive(), StringComparison.Ordinal));
    }

    private static async Task<JsonElement> ConnectionAsync(HttpNode node, long id) =>
        JsonDocument.Parse((await node.GetAsync("/api/connections")).Text).RootElement.EnumerateArray().Single(entry => entry.GetProperty("id").GetInt64() == id);

    private static NativeTestClient Stuck(HttpNode node, string filter, string endpoint = "tcp")
    {
        var client = NativeTestClient.Dial(node.Address(endpoint), socket => socket.ReceiveBufferSize = 4096);
        client.Hello();
        client.Send(4, 1, filter);
        client.Sync();
        return client;
    }

    private static void Flood(HttpNode node, int messages)
    {
        using var publisher = node.Connect();
        for (var i = 0; i < messages; i++)
            publisher.Send(3, "lab.flood", new byte[1000]);
        publisher.Sync();
    }
}
