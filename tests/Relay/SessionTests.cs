using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Protocols.Native;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Relay;

/// <summary>The life of one native client: HELLO, WELCOME, PING, BYE, heartbeats, and who is let in.</summary>
public class SessionTests
{
    [Fact]
    public async Task Hello_subscribe_and_publish_in_one_segment_are_answered_in_order()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Dial();

        client.SendBytes([.. NativeTestClient.Frame(1, Value.Map(("version", 1))), .. NativeTestClient.Frame(4, 1, "lab.*"),
            .. NativeTestClient.Frame(3, "lab.temp", "21.5"u8.ToArray()), .. NativeTestClient.Frame(7)]);

        Assert.StartsWith("[2,{", client.Receive());
        Assert.Equal(["[3,\"lab.temp\",'21.5']", "[8]"], client.Receive(2));
    }

    [Fact]
    public async Task Welcome_tells_who_is_who_and_the_limits()
    {
        await using var node = await TestNode.StartAsync("limits.payload-bytes = 4KiB, timeouts.heartbeat = 7s");
        using var client = node.Connect(("name", "meter"));
        var id = client.Connection;

        Assert.Equal(
            $"[2,{{\"version\":1,\"node\":\"{node.View.Name}\",\"connection\":\"{id}\",\"inbox\":\"_inbox.{node.View.Name}.{id}\","
            + $"\"hostname\":\"{System.Net.Dns.GetHostName()}\",\"address\":\"{client.Socket.LocalEndPoint}\","
            + "\"max_payload\":4096,\"heartbeat_ms\":7000}]",
            client.Welcome);
        Assert.Equal("meter", node.RecordOf(client).ClientName);
    }

    [Fact]
    public async Task Unix_client_has_no_address_and_speaks_the_same()
    {
        await using var node = await TestNode.StartAsync("", $$"""{ address = "unix:@anode-{{Guid.NewGuid():N}}", name = tcp }""");
        using var client = node.Connect();
        client.Send(4, 1, ">");
        client.Send(3, "a", "b");

        Assert.Contains("\"address\":\"\"", client.Welcome);
        Assert.Equal(["[3,\"a\",\"b\"]"], client.Settle());
    }

    [Fact]
    public async Task Several_nodes_in_one_process_know_nothing_of_each_other()
    {
        await using var one = await TestNode.StartAsync();
        await using var other = await TestNode.StartAsync();
        using var here = one.Connect();
        using var there = other.Connect();
        there.Send(4, 1, ">");
        there.Sync();

        here.Send(3, "a", "b");
        here.Sync();

        Assert.Empty(there.Settle());
    }

    [Fact]
    public async Task Ping_token_of_any_type_comes_back_as_it_was()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();

        client.Send(7);
        client.Send(7, Value.Nil);
        client.Send(7, Value.Map(("a", Value.List(1, Value.True, "x", new byte[] { 1 }))));
        client.Send(7, Value.Raw(0xCD, 0x00, 0x05));
        client.Send(7, "t", "unknown", 3);

        Assert.Equal(["[8]", "[8]", "[8,{\"a\":[1,true,\"x\",0x01]}]", "[8,5]", "[8,\"t\"]"], client.Receive(5));
    }

    [Fact]
    public async Task Pong_stands_behind_own_echo()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        client.Send(4, 1, "a.>");
        var burst = Enumerable.Range(0, 50).SelectMany(i => (byte[])[.. NativeTestClient.Frame(3, "a.b", $"{i}"), .. NativeTestClient.Frame(7, i)]);

        client.SendBytes([.. burst]);

        for (var i = 0; i < 50; i++)
            Assert.Equal([$"[3,\"a.b\",\"{i}\"]", $"[8,{i}]"], client.Receive(2));
    }

    [Fact]
    public async Task Pong_from_the_client_is_taken_silently()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();

        client.Send(8, "whatever");

        Assert.Empty(client.Settle());
    }

    [Fact]
    public async Task Bye_ends_the_connection_in_good_order()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        var record = node.RecordOf(client);
        client.Send(4, 1, "a");

        client.SendBytes([.. NativeTestClient.Frame(3, "a", "last"), .. NativeTestClient.Frame(11, "done"), .. NativeTestClient.Frame(3, "a", "late")]);

        Assert.Equal(["[3,\"a\",\"last\"]", "EOF"], client.ReceiveToEnd());
        client.Dispose();
        Eventually.Equal(CloseReason.PeerBye, () => record.CloseReason);
    }

    [Fact]
    public async Task Bye_takes_the_client_out_of_its_queue_groups_before_it_has_closed()
    {
        await using var node = await TestNode.StartAsync();
        using var leaving = node.Connect();
        using var staying = node.Connect();
        using var publisher = node.Connect();
        foreach (var member in new[] { leaving, staying })
        {
            member.Send(4, 1, "job", "workers");
            member.Sync();
        }

        leaving.Send(11, "done");
        Assert.Equal("EOF", leaving.Receive());
        for (var i = 0; i < 30; i++)
            publisher.Send(3, "job", $"{i}");
        publisher.Sync();

        Assert.Equal(30, staying.Settle().Count);
    }

    [Fact]
    public async Task Half_close_is_answered_with_all_that_is_queued_and_then_the_end()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        var record = node.RecordOf(client);

        client.Send(4, 1, "a");
        client.SendBytes([.. Enumerable.Range(0, 100).SelectMany(_ => NativeTestClient.Frame(3, "a", new byte[1000]))]);
        client.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);

        Assert.Equal(101, client.ReceiveToEnd().Count);
        Eventually.Equal(CloseReason.PeerClosed, () => record.CloseReason);
    }

    [Fact]
    public async Task First_frame_that_is_not_hello_closes()
    {
        await using var node = await TestNode.StartAsync();
        foreach (var frame in new[] { NativeTestClient.Frame(7), NativeTestClient.Frame(3, "a", "b"), NativeTestClient.Frame(99), NativeTestClient.Frame("x") })
        {
            using var client = node.Dial();
            client.SendBytes(frame);
            AssertClosed("bad-hello", client);
        }
    }

    [Theory]
    [InlineData("version 2 is not spoken here", 2)]
    [InlineData("version 0 is not spoken here", 0)]
    public async Task Version_that_is_not_spoken_closes_and_names_the_one_that_is(string text, int version)
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Dial();

        client.Send(1, Value.Map(("version", version)));

        var error = client.Receive();
        Assert.StartsWith($"[10,\"bad-hello\",\"{text}, version 1 is\"", error);
        Assert.Equal("EOF", client.Receive());
    }

    [Fact]
    public async Task Hello_that_is_no_hello_closes()
    {
        await using var node = await TestNode.StartAsync();
        foreach (var hello in new Value[] { Value.Nil, "x", Value.Map(), Value.Map(("version", "1")), Value.Map((1, 1)), Value.Map(("version", 1), ("echo", 1)) })
        {
            using var client = node.Dial();
            client.Send(1, hello);
            AssertClosed("bad-hello", client);
        }
    }

    [Fact]
    public async Task Second_hello_closes()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();

        client.Send(1, Value.Map(("version", 1)));

        AssertClosed("bad-hello", client);
    }

    [Fact]
    public async Task Silence_instead_of_hello_closes_after_the_time_out()
    {
        await using var node = await TestNode.StartAsync("timeouts.hello = 100ms");
        using var silent = node.Dial();
        using var slow = node.Dial();
        slow.SendBytes(NativeTestClient.Frame(1, Value.Map(("version", 1)))[..7]);

        AssertClosed("bad-hello", silent);
        AssertClosed("bad-hello", slow);
    }

    [Fact]
    public async Task Heartbeat_asks_and_three_unanswered_ones_end_the_connection()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect(("heartbeat_ms", 100));
        var record = node.RecordOf(client);

        Assert.Contains("\"heartbeat_ms\":100", client.Welcome);
        Assert.Equal(["[7]", "[7]", "[7]"], client.Receive(3));
        AssertClosed("heartbeat-timeout", client);
        client.Dispose();
        Eventually.Equal(CloseReason.HeartbeatTimeout, () => record.CloseReason);
    }

    [Fact]
    public async Task Client_that_only_answers_pings_stays()
    {
        await using var node = await TestNode.StartAsync("timeouts.heartbeat-misses = 6"); // answered every time, but not at once
        using var client = node.Connect(("heartbeat_ms", 100));

        for (var i = 0; i < 8; i++)
        {
            Assert.Equal("[7]", client.Receive());
            client.Send(8);
        }

        Assert.True(node.RecordOf(client).State == ConnectionState.Open);
    }

    [Fact]
    public async Task Heartbeat_shorter_than_100_ms_is_not_granted()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect(("heartbeat_ms", 0));

        Assert.Contains("\"heartbeat_ms\":100", client.Welcome);
    }

    [Fact]
    public async Task Credentials_are_asked_for_where_they_are_declared()
    {
        await using var node = await TestNode.StartAsync("""security { tokens = [sesame], users = [{ user = ann, password = pw }] }""");
        using var token = node.Connect(("token", "sesame"));
        using var user = node.Connect(("user", "ann"), ("password", "pw"));

        Assert.StartsWith("[2,", token.Welcome);
        Assert.StartsWith("[2,", user.Welcome);
        foreach (var hello in new (Value, Value)[][]
        {
            [], [("token", "Sesame")], [("user", "ann")], [("user", "ann"), ("password", "")], [("user", "bob"), ("password", "pw")], [("password", "pw")],
            [("token", Value.Nil)],
        })
        {
            using var client = node.Dial();
            client.Send(1, Value.Map([("version", 1), .. hello]));
            AssertClosed("unauthorized", client);
        }
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_told_so_and_a_place_that_comes_free_is_given_again()
    {
        await using var node = await TestNode.StartAsync("limits.connections = 2");
        using var first = node.Connect();
        using var second = node.Connect();
        using var third = node.Dial();

        AssertClosed("too-many-connections", third);
        second.Abort();
        Eventually.Holds(
            () =>
            {
                using var next = node.Dial();
                next.SendBytes(NativeTestClient.Frame(1, Value.Map(("version", 1))));
                return next.Receive().StartsWith("[2,", StringComparison.Ordinal);
            },
            () => "no place came free");
        Assert.Empty(first.Settle());
    }

    [Fact]
    public async Task Draining_says_so_and_bye_to_everybody()
    {
        await using var node = await TestNode.StartAsync();
        using var welcome = node.Connect();
        using var silent = node.Dial();
        Eventually.Equal(2, () => node.View.Sockets.Connections.OpenCount);

        await node.DrainAsync();

        Assert.Equal(["[10,\"shutting-down\",\"the node is shutting down\"]", "[11,\"shutting-down\",1000]", "EOF"], welcome.ReceiveToEnd());
        Assert.Equal("EOF", silent.ReceiveToEnd()[^1]);
    }

    internal static void AssertClosed(string code, NativeTestClient client)
    {
        var last = client.ReceiveToEnd();
        Assert.Equal(2, last.Count);
        Assert.StartsWith($"[10,\"{code}\",\"", last[0]);
        Assert.Equal(NativeTestClient.Eof, last[1]);
    }
}
