using Anode.Messages;
using Anode.Tests.Protocols.Native;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Relay;

/// <summary>Native over datagrams: proof of address, sessions, strangers, and both ways between datagrams and streams.</summary>
public class DatagramTests
{
    private const int MaxDatagram = 65_507;

    private static string UnixGram => $$"""{ address = "unixgram:@anode-{{Guid.NewGuid():N}}", name = udp }""";

    public static TheoryData<string> Families => ["udp", "unixgram"];

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Session_subscribes_publishes_and_pings_like_a_stream(string family)
    {
        await using var node = await Start(family);
        using var client = new DatagramTestClient(node.Address("udp"));

        var welcome = client.Hello(("name", "sensor"));
        Assert.StartsWith($"[2,{{\"version\":1,\"node\":\"{node.View.Name}\"", welcome);
        Assert.Equal("sensor", node.View.Sockets.Connections.Open.Single().ClientName);
        client.Send(4, 1, "a.*");
        client.Send(4, 2, "job", "workers");
        client.Send(3, "a.b", "x"u8.ToArray(), Value.Nil, Value.Map(("k", "v")), "later");
        client.Send(3, "job", "y");
        client.Send(12, 5, "a.c", "z");
        client.Send(3, "nobody", "?", "a.reply");

        Assert.Equal(
            ["[3,\"a.b\",'x',nil,{\"k\":\"v\"},\"later\"]", "[6,2,\"job\",\"y\"]", "[3,\"a.c\",\"z\"]", "[9,5,{\"receivers\":1}]",
                "[6,0,\"a.reply\",'',nil,{\"status\":\"503\"}]"],
            client.Sync());
        client.Send(11, "done");
        Eventually.Equal(0, () => node.View.Sockets.Connections.OpenCount);
        Assert.Equal(CloseReason.PeerBye, node.View.Sockets.Connections.Closed.Single().CloseReason);
    }

    [Fact]
    public async Task Answer_to_an_unproven_address_is_never_longer_than_its_question()
    {
        await using var node = await Start("udp");
        using var client = new DatagramTestClient(node.Address("udp"));
        var shortest = Value.List(1, Value.Map(("version", 1))).Encode();
        Assert.Equal(12, shortest.Length);

        client.SendBytes(shortest);
        Assert.Equal(12, client.ReceiveBody()!.Length);
        client.Send(7);
        Assert.Equal("[8]", client.Receive());
        client.Send(7, "token");
        Assert.Equal("[8,\"token\"]", client.Receive());
        client.Send(4, 1, ">"); // all that is no HELLO, MSG or PING is not answered at all
        client.Send(12, 1, "a", "x");
        client.Send(11, "bye");
        client.Send(99);
        client.SendBytes([]);
        client.SendBytes([0xC1]);
        client.Send(1, Value.Map(("version", "1")));
        client.Send(3, "a b", "x");
        client.Send(3, "$SYS", "x");

        client.Send(7, "end");
        Assert.Equal("[8,\"end\"]", client.Receive());
        Assert.Equal(0, node.View.Sockets.Connections.OpenCount);
    }

    [Fact]
    public async Task Cookie_that_is_forged_or_of_another_address_gets_a_new_one()
    {
        await using var node = await Start("udp");
        using var client = new DatagramTestClient(node.Address("udp"));
        using var other = new DatagramTestClient(node.Address("udp"));
        other.Send(1, Value.Map(("version", 1)));
        var foreign = DatagramTestClient.CookieOf(other.ReceiveBody()!);

        foreach (var cookie in new[] { foreign, new byte[8], [], new byte[1000] })
        {
            client.Send(1, Value.Map(("version", 1), ("cookie", cookie)));
            Assert.StartsWith("[13,", client.Receive());
        }

        Assert.Equal(0, node.View.Sockets.Connections.OpenCount);
    }

    [Fact]
    public async Task Credentials_and_version_are_judged_once_the_address_is_proven()
    {
        await using var node = await TestNode.StartAsync("security.tokens = [sesame]", TestNode.Udp);
        using var client = new DatagramTestClient(node.Address("udp"));

        Assert.StartsWith("[10,\"unauthorized\",", client.Hello());
        Eventually.Equal(0, () => node.View.Sockets.Connections.OpenCount);
        Assert.StartsWith("[2,", client.Hello(("token", "sesame")));
        Assert.Empty(client.Sync());
    }

    [Theory]
    [InlineData("on", "", 1)]
    [InlineData("off", "", 0)]
    [InlineData("on", "security.tokens = [sesame]", 0)]
    public async Task Stranger_publishes_where_that_is_allowed_and_no_credentials_are_asked_for(string allowed, string security, int expected)
    {
        await using var node = await TestNode.StartAsync(security, TestNode.Tcp,
            $$"""{ address = "udp://127.0.0.1:0", name = udp, allow-anonymous-publish = {{allowed}} }""");
        using var subscriber = node.Connect(("token", "sesame"));
        subscriber.Send(4, 1, "a");
        subscriber.Sync();
        using var stranger = new DatagramTestClient(node.Address("udp"));

        stranger.Send(3, "a", "x");
        stranger.Sync();

        Assert.Equal(Enumerable.Repeat("[3,\"a\",\"x\"]", expected), subscriber.Sync());
    }

    [Fact]
    public async Task Unix_peer_without_a_name_publishes_and_cannot_be_answered()
    {
        await using var node = await Start("unixgram");
        using var subscriber = DatagramTestClient.Connect(node.Address("udp"));
        subscriber.Send(4, 1, "a");
        subscriber.Sync();
        using var unnamed = new DatagramTestClient(node.Address("udp"), named: false);

        unnamed.Send(1, Value.Map(("version", 1)));
        unnamed.Send(7);
        unnamed.Send(3, "a", "x");

        Assert.Equal("[3,\"a\",\"x\"]", subscriber.Receive());
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Messages_cross_between_streams_and_datagrams_unchanged_up_to_the_largest(string family)
    {
        await using var node = await Start(family);
        using var stream = node.Connect();
        using var datagram = DatagramTestClient.Connect(node.Address("udp"));
        stream.Send(4, 1, "up");
        stream.Sync();
        datagram.Send(4, 1, "down");
        datagram.Sync();
        var random = new Random(2);
        foreach (var size in new[] { 0, 1, 100, 1400, 20_000, MaxDatagram })
        {
            var payload = new byte[Math.Max(0, size - 13)];
            random.NextBytes(payload);
            var up = Value.List(3, "up", payload, Value.Nil).Encode();
            var down = Value.List(3, "down", payload).Encode();

            datagram.SendBytes(up);
            stream.SendBytes(NativeTestClient.Frame(down));

            Assert.Equal(up, stream.ReceiveBody());
            Assert.Equal(down, datagram.ReceiveBody());
        }
    }

    [Fact]
    public async Task Message_too_large_for_a_datagram_is_left_out_and_counted_and_the_next_arrives()
    {
        await using var node = await Start("udp");
        using var stream = node.Connect();
        using var datagram = DatagramTestClient.Connect(node.Address("udp"));
        datagram.Send(4, 1, "a");
        datagram.Sync();

        stream.Send(3, "a", new byte[MaxDatagram]);
        stream.Send(3, "a", "next");

        Assert.Equal("[3,\"a\",\"next\"]", datagram.Receive());
        Assert.Equal(1, node.View.Endpoints.Find("udp")!.Counters.Dropped);
    }

    [Fact]
    public async Task Silent_session_is_asked_three_times_and_ends()
    {
        await using var node = await Start("udp");
        using var client = DatagramTestClient.Connect(node.Address("udp"), ("heartbeat_ms", 100));
        client.Send(4, 1, "a");

        // A SUB that comes after the first of them is a sign of life, and there is one more.
        string next;
        var asked = 0;
        for (; (next = client.Receive()) == "[7]"; asked++)
        {
        }

        Assert.InRange(asked, 3, 4);
        Assert.StartsWith("[10,\"heartbeat-timeout\",", next);
        Eventually.Equal(0, () => node.View.Relay.Index.Count);
        Eventually.Equal(CloseReason.HeartbeatTimeout, () => node.View.Sockets.Connections.Closed.SingleOrDefault()?.CloseReason);
    }

    [Fact]
    public async Task Empty_datagram_is_a_sign_of_life()
    {
        await using var node = await Start("udp");
        using var client = DatagramTestClient.Connect(node.Address("udp"), ("heartbeat_ms", 100));

        for (var i = 0; i < 8; i++)
        {
            Assert.Equal("[7]", client.Receive());
            client.Send(8);
        }
    }

    [Fact]
    public async Task Hello_again_begins_the_session_anew()
    {
        await using var node = await Start("udp");
        using var client = DatagramTestClient.Connect(node.Address("udp"), ("name", "old"));
        client.Send(4, 1, "a");
        client.Sync();

        client.Send(1, Value.Map(("version", 1), ("name", "new"), ("echo", Value.False), ("heartbeat_ms", 5000)));

        Assert.Contains("\"heartbeat_ms\":5000", client.Receive());
        client.Send(3, "a", "nobody");
        Assert.Empty(client.Sync());
        client.Send(4, 1, "a");
        client.Send(3, "a", "muted");
        Assert.Empty(client.Sync());
        Assert.Equal("new", node.View.Sockets.Connections.Open.Single().ClientName);
    }

    [Fact]
    public async Task Bad_frame_ends_a_session_and_its_address_may_come_again()
    {
        await using var node = await Start("udp");
        using var client = DatagramTestClient.Connect(node.Address("udp"));

        client.Send(3, "a");

        Assert.StartsWith("[10,\"bad-frame\",", client.Receive());
        Eventually.Equal(0, () => node.View.Sockets.Connections.OpenCount);
        Eventually.Holds(() => client.Hello().StartsWith("[2,", StringComparison.Ordinal), () => "no WELCOME");
    }

    [Fact]
    public async Task Sessions_beyond_the_bound_are_not_opened()
    {
        await using var node = await TestNode.StartAsync("limits.sessions-per-socket = 2", TestNode.Udp);
        using var first = DatagramTestClient.Connect(node.Address("udp"));
        using var second = DatagramTestClient.Connect(node.Address("udp"));
        using var third = new DatagramTestClient(node.Address("udp"));
        third.Send(1, Value.Map(("version", 1)));
        var cookie = DatagramTestClient.CookieOf(third.ReceiveBody()!);

        third.Send(1, Value.Map(("version", 1), ("cookie", cookie)));
        third.Send(7);

        Assert.Equal("[8]", third.Receive());
        Assert.Equal(2, node.View.Sockets.Connections.OpenCount);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Draining_says_bye_to_sessions_too(string family)
    {
        await using var node = await Start(family);
        using var client = DatagramTestClient.Connect(node.Address("udp"));

        await node.DrainAsync();

        Assert.StartsWith("[10,\"shutting-down\",", client.Receive());
        Assert.Equal("[11,\"shutting-down\",1000]", client.Receive());
    }

    [Fact]
    public async Task Burst_of_datagrams_arrives_in_order()
    {
        await using var node = await Start("udp");
        using var stream = node.Connect();
        stream.Send(4, 1, "a");
        stream.Sync();
        using var client = DatagramTestClient.Connect(node.Address("udp"));

        // In portions that fit the kernel's default receive buffer, so that none is lost on the way in.
        for (var i = 0; i < 2000; i++)
        {
            client.Send(3, "a", $"{i}");
            if (i % 50 == 49)
                client.Sync();
        }

        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"[3,\"a\",\"{i}\"]"), stream.Receive(2000));
    }

    private static Task<TestNode> Start(string family) => TestNode.StartAsync("", TestNode.Tcp, family == "udp" ? TestNode.Udp : UnixGram);
}
