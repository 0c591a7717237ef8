using Anode.Mesh;
using Anode.Messages;
using Anode.Protocols.Link.Wire;
using Anode.Tests.Protocols.Native;
using Anode.Tests.Sockets;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Mesh.Nodes;

/// <summary>One end of a link by hand: what a node takes, what it refuses, and how it finds that nobody is there any more.</summary>
public sealed class LinkTests
{
    private const string Link = """{ address = "tcp://127.0.0.1:0", name = link, protocol = link }""";

    private static readonly LinkHello Peer = new(1, 1, "peer", 1, 10, 75, "", []);

    [Fact]
    public async Task Handshake_tells_who_each_is_and_then_what_each_knows()
    {
        await using var node = await StartAsync();
        using var peer = Dial(node);
        peer.SendBytes(LinkFrames.Hello(LinkKind.Hello, Peer));
        Assert.StartsWith($"[21,1,1,\"{node.View.Name}\",", peer.Receive());
        var said = new[] { Next(peer), Next(peer) };
        Assert.Contains(said, frame => frame.StartsWith($"[24,\"{node.View.Name}\"", StringComparison.Ordinal) && frame.EndsWith("[\"peer\",10]]", StringComparison.Ordinal));
        Assert.Contains(said, frame => frame.StartsWith("[26,", StringComparison.Ordinal));
        Assert.Equal("peer", Assert.Single(node.View.Relay.Mesh!.View.Links).Key);
    }

    [Theory]
    [InlineData(2, 5, "peer", "", "bad-hello", "links of versions 2 to 5 are not spoken here, 1 to 1 are")]
    [InlineData(1, 1, "SELF", "", "bad-hello", "itself: names must differ")]
    [InlineData(1, 1, "peer", "wrong", "unauthorized", "the token for links is missing or wrong")]
    public async Task Peer_that_cannot_be_linked_to_hears_why_and_when_to_come_back(int min, int max, string name, string token, string code, string text)
    {
        await using var node = await StartAsync(token.Length > 0 ? "links.token = right" : "");
        using var peer = Dial(node);
        peer.SendBytes(LinkFrames.Hello(LinkKind.Hello, Peer with
        {
            MinVersion = min,
            MaxVersion = max,
            Token = token,
            Node = name == "SELF" ? node.View.Name : name,
        }));
        Assert.Contains(text, peer.Receive());
        Assert.Equal($"[11,\"{code}\",30000]", peer.Receive());
        Assert.Equal(NativeTestClient.Eof, peer.Receive());
    }

    [Fact]
    public async Task Newer_node_that_still_speaks_our_version_is_linked()
    {
        await using var node = await StartAsync();
        using var peer = Dial(node);
        peer.SendBytes(LinkFrames.Hello(LinkKind.Hello, Peer with { MaxVersion = 9, Capabilities = ["time-travel"] }));
        Assert.StartsWith("[21,1,1,", peer.Receive());
        peer.SendBytes(NativeTestClient.Frame(60, "something newer"));
        peer.SendBytes(LinkFrames.Probe(LinkKind.Probe, 77));
        Assert.Equal("[23,77]", NextOf(peer, "[23,"));
    }

    [Theory]
    [InlineData("[1,{\"version\":1}] is for clients")]
    [InlineData("not even an array")]
    public async Task Who_speaks_something_else_is_sent_away(string what)
    {
        await using var node = await StartAsync();
        using var peer = Dial(node);
        peer.SendBytes(NativeTestClient.Frame(System.Text.Encoding.UTF8.GetBytes(what)));
        Assert.StartsWith("[10,\"bad-", peer.Receive());
    }

    [Fact]
    public async Task Silent_dialler_is_sent_away_after_the_handshake_time()
    {
        await using var node = await StartAsync("links.handshake = 100ms");
        using var peer = Dial(node);
        Assert.Contains("the handshake was not finished in time", peer.Receive());
    }

    [Fact]
    public async Task Peer_that_falls_silent_is_found_and_cut_off()
    {
        await using var node = await StartAsync("links.probe-interval = 50ms");
        using var peer = Dial(node);
        peer.SendBytes(LinkFrames.Hello(LinkKind.Hello, Peer));
        // It is open, it reads, and it says nothing: as a machine whose cable was pulled looks for minutes.
        var heard = peer.ReceiveToEnd();
        Assert.Contains(heard, frame => frame.StartsWith("[21,", StringComparison.Ordinal));
        Assert.Contains(heard, frame => frame.StartsWith("[22,", StringComparison.Ordinal));
        Eventually.Equal(0, () => node.View.Relay.Mesh!.View.Links.Count);
        Eventually.Equal(CloseReason.HeartbeatTimeout, () => node.View.Sockets.Connections.Closed.LastOrDefault()?.CloseReason);
    }

    [Theory]
    [InlineData("count")]
    [InlineData("none")]
    [InlineData("kind")]
    [InlineData("subject")]
    [InlineData("longer")]
    [InlineData("ack")]
    [InlineData("record")]
    public async Task Frame_that_breaks_the_protocol_ends_the_link_and_nothing_else(string how)
    {
        await using var node = await StartAsync();
        using var peer = Dial(node);
        peer.SendBytes(LinkFrames.Hello(LinkKind.Hello, Peer));
        Eventually.Equal(1, () => node.View.Relay.Mesh!.View.Links.Count);
        var message = NativeTestClient.Frame(3, how == "subject" ? "a..b" : "a.b", "x");
        var bytes = how switch
        {
            "count" => Data(message, 2),
            "none" => Data([], 2),
            "kind" => Data(NativeTestClient.Frame(4, 1, "a.b"), 1),
            "longer" => Data(message[..^1], 1),
            "ack" => LinkFrames.Ack(1_000_000),
            "record" => NativeTestClient.Frame(24, "bad name!", 1, 1, Value.False, Value.List()),
            _ => Data(message, 1),
        };
        peer.SendBytes(bytes);
        Assert.Contains("bad-frame", NextOf(peer, "[10,"));
        using var client = node.Connect();
        client.Sync();
    }

    [Fact]
    public async Task Copies_are_suppressed_and_a_message_over_its_hops_is_dropped_both_counted()
    {
        await using var node = await StartAsync("links.hop-limit = 3");
        using var subscriber = node.Connect();
        subscriber.Send(4, 1, "a.b");
        subscriber.Sync();
        using var peer = Dial(node);
        peer.SendBytes(LinkFrames.Hello(LinkKind.Hello, Peer));
        Eventually.Equal(1, () => node.View.Relay.Mesh!.View.Links.Count);
        var message = NativeTestClient.Frame(3, "a.b", "x");
        peer.SendBytes(Data(message, 1));
        peer.SendBytes(Data(message, 1));
        peer.SendBytes(Data(message, 1, first: 8, hops: 3));
        peer.SendBytes(Data(message, 1, first: 9, incarnation: 4));
        peer.SendBytes(LinkFrames.Probe(LinkKind.Probe, 5));
        NextOf(peer, "[23,5]");
        Assert.Equal(["[3,\"a.b\",\"x\"]"], subscriber.Sync());
        var counters = node.View.Relay.Mesh!.Counters;
        Assert.Equal((1, 1, 1), (counters.Duplicates, counters.HopLimit, counters.Stale));
    }

    [Fact]
    public async Task Two_nodes_that_dial_each_other_keep_one_link()
    {
        await using var mesh = new MeshNodes();
        var other = PlainSockets.Listener(Transport.Tcp4.Any());
        var address = PlainSockets.AddressOf(other, Scheme.Tcp);
        other.Dispose();
        await mesh.AddAsync("a", [], more: $$"""peers = [ { address = "{{address}}", name = to-b } ]""");
        await mesh.AddAsync("b", ["a"], address);
        mesh.AwaitWhole();
        Eventually.Holds(
            () => mesh.Names.All(name => mesh[name].View.Sockets.Connections.Open.Count(record => record.Protocol == "link") == 1),
            () => "one of two links should have ended");
        Assert.All(mesh.Names, name => Assert.Single(mesh[name].View.Relay.Mesh!.View.Links));
    }

    [Fact]
    public async Task Link_that_flaps_makes_no_storm_and_the_rest_goes_on()
    {
        await using var mesh = await MeshNodes.StartAsync("a-b", "b-c");
        using var subscriber = mesh["c"].Connect();
        subscriber.Send(4, 1, "lab.x");
        mesh.AwaitInterest("a", 1);
        using var publisher = mesh["a"].Connect();
        var before = mesh["c"].View.Relay.Mesh!.View.Map.Find("b")!.Version;
        for (var i = 0; i < 20; i++)
        {
            using var flapping = NativeTestClient.Dial(mesh["b"].Address("link"));
            flapping.SendBytes(LinkFrames.Hello(LinkKind.Hello, Peer with { Incarnation = i + 1 }));
            NextOf(flapping, "[21,");
            publisher.Send(12, i, "lab.x", $"{i}");
            Assert.Equal($"[9,{i},{{\"receivers\":1}}]", publisher.Receive());
            flapping.Abort();
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"[3,\"lab.x\",\"{i}\"]"), subscriber.Receive(20));
        // Two records for each time: it came, it went.
        Assert.True(mesh["c"].View.Relay.Mesh!.View.Map.Find("b")!.Version - before <= 42);
        Eventually.Equal(3, () => mesh["a"].View.Relay.Mesh!.View.Map.Records.Count);
    }

    private static Task<TestNode> StartAsync(string more = "") =>
        TestNode.StartAsync($"links.forget-after = 300ms\n{(more.Contains("probe-interval", StringComparison.Ordinal) ? "" : "links.probe-interval = 5s")}\n{more}", TestNode.Tcp, Link);

    private static NativeTestClient Dial(TestNode node) => node.Dial("link");

    private static byte[] Data(byte[] message, int count, long first = 7, int hops = 0, long incarnation = 5)
    {
        var room = new byte[DataHeader.LongestBytes];
        var length = DataHeader.Begin(room, retry: false, hops, Lane.Normal, incarnation, "far"u8, default, default);
        DataHeader.Complete(room.AsSpan(0, length), first, count, message.Length);
        return [.. room.AsSpan(0, length), .. message];
    }

    /// <summary>The next frame that is no sign of life.</summary>
    private static string Next(NativeTestClient peer)
    {
        for (; ; )
        {
            if (peer.Receive() is var frame && !frame.StartsWith("[22,", StringComparison.Ordinal))
                return frame;
        }
    }

    private static string NextOf(NativeTestClient peer, string begin)
    {
        for (; ; )
        {
            var frame = peer.Receive();
            if (frame.StartsWith(begin, StringComparison.Ordinal) || frame is NativeTestClient.Eof or NativeTestClient.Reset)
                return frame;
        }
    }
}
