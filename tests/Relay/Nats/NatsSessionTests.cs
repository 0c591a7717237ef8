using System.Text.Json;
using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Relay.Nats;

/// <summary>From INFO to the last word: CONNECT, credentials, errors and which of them close, heartbeats, leaving.</summary>
public class NatsSessionTests
{
    private const string Nats = NatsDeliveryTests.Nats;
    private const string Quiet = "CONNECT {\"verbose\":false}\n";

    [Fact]
    public async Task Info_comes_first_and_says_what_this_is()
    {
        await using var node = await TestNode.StartAsync("limits.payload-bytes = 1000", Nats);
        using var client = NatsTestClient.Dial(node.Address("nats"));
        var info = client.Info;
        Assert.Equal(56, info.GetProperty("server_id").GetString()!.Length);
        Assert.Equal(node.View.Name, info.GetProperty("server_name").GetString());
        Assert.Equal((1, true, 1000), (info.GetProperty("proto").GetInt32(), info.GetProperty("headers").GetBoolean(), info.GetProperty("max_payload").GetInt32()));
        Assert.Equal(("127.0.0.1", node.Address("nats").Port), (info.GetProperty("host").GetString(), info.GetProperty("port").GetInt32()));
        Assert.Equal("127.0.0.1", info.GetProperty("client_ip").GetString());
        Assert.True(info.GetProperty("client_id").GetInt64() > 0);
        Assert.False(info.TryGetProperty("auth_required", out _) || info.TryGetProperty("connect_urls", out _) || info.TryGetProperty("ldm", out _));
    }

    [Fact]
    public async Task Other_doors_of_the_node_are_offered_in_connect_urls()
    {
        await using var node = await TestNode.StartAsync("", Nats, Nats.Replace("name = nats", "name = other"));
        using var client = NatsTestClient.Dial(node.Address("nats"));
        Assert.Equal(
            [$"127.0.0.1:{node.Address("nats").Port}", $"127.0.0.1:{node.Address("other").Port}"],
            client.Info.GetProperty("connect_urls").EnumerateArray().Select(url => url.GetString()!));
    }

    [Fact]
    public async Task Who_does_not_say_connect_is_a_person_and_gets_ok_for_everything()
    {
        await using var node = await TestNode.StartAsync("", Nats);
        using var client = NatsTestClient.Dial(node.Address("nats"));
        client.Say("sub a 1\npub a 2\nhi\nunsub 1\nCONNECT {}\nconnect {\"verbose\":false}\npub a 0\n\n");
        Assert.Equal("+OK\n+OK\nMSG a 1 2\nhi\n+OK\n+OK\n", client.Settle());
    }

    [Fact]
    public async Task Options_may_change_between_equal_messages()
    {
        await using var node = await TestNode.StartAsync("", Nats);
        using var client = NatsTestClient.Dial(node.Address("nats"));
        client.Say(Quiet + "PUB a 1\nx\nPUB a 1\nx\nCONNECT {\"verbose\":true}\nPUB a 1\nx\nPUB a 1\nx\n");
        Assert.Equal("+OK\n+OK\n+OK\n", client.Settle());
    }

    [Theory]
    [InlineData("FOO\n", "-ERR 'Unknown Protocol Operation'\n", "bad-frame")]
    [InlineData("PUB a 2\nabc\n", "-ERR 'Unknown Protocol Operation'\n", "bad-frame")]
    [InlineData("PUB a\n", "-ERR 'Parser Error'\n", "bad-frame")]
    [InlineData("PUB a 1001\n", "-ERR 'Maximum Payload Violation'\n", "frame-too-large")]
    [InlineData("HPUB a 0 0\n\n", "-ERR 'message headers not supported'\n", "bad-frame")]
    [InlineData("CONNECT {\n", "-ERR 'Parser Error'\n", "bad-hello")]
    [InlineData("CONNECT {\"protocol\":2}\n", "-ERR 'invalid client protocol'\n", "bad-hello")]
    [InlineData("CONNECT {\"no_responders\":true}\n", "-ERR 'no responders requires headers support'\n", "bad-hello")]
    [InlineData("-ERR 'enough'\n", "", "peer-bye")]
    public async Task Error_that_closes_is_said_and_stays_listed_and_what_came_before_counts(string text, string answer, string reason)
    {
        await using var node = await TestNode.StartAsync("limits.payload-bytes = 1000", Nats);
        using var other = NatsTestClient.Connect(node.Address("nats"));
        other.Say("SUB a 1\n");
        other.Sync();
        using var client = NatsTestClient.Dial(node.Address("nats"));
        var id = client.Info.GetProperty("client_id").GetInt64();
        client.Say(Quiet + "PUB a 1\nx\n" + text + "PUB a 1\ny\n");
        Assert.Equal(answer, client.HearToEnd());
        Assert.Equal("MSG a 1 1\nx\n", other.Settle());
        Eventually.Equal(reason, () => node.View.Sockets.Connections.Find(id)?.CloseReason?.Code() ?? "");
    }

    [Theory]
    [InlineData("SUB a..b 1\n", "-ERR 'Invalid Subject'\n")]
    [InlineData("SUB a.>.b 1\n", "-ERR 'Invalid Subject'\n")]
    [InlineData("SUB b q.* 1\n", "-ERR 'Invalid Subject'\n")]
    [InlineData("PUB a.* 1\nx\n", "-ERR 'Invalid Publish Subject'\n")]
    [InlineData("PUB a..b 1\nx\n", "-ERR 'Invalid Publish Subject'\n")]
    [InlineData("PUB a r.> 1\nx\n", "-ERR 'Invalid Publish Subject'\n")]
    [InlineData("PUB $SYS.x 1\nx\n", "-ERR 'Permissions Violation for Publish to \"$SYS.x\"'\n")]
    [InlineData("PUB _inbox 1\nx\n", "-ERR 'Permissions Violation for Publish to \"_inbox\"'\n")]
    [InlineData("SUB a 1\nSUB a 2\nSUB a 3\n", "-ERR 'maximum subscriptions exceeded'\n")]
    [InlineData("+OK\nPONG\nINFO {}\n", "")]
    public async Task Error_that_does_not_close_leaves_the_connection_as_it_was(string text, string answer)
    {
        await using var node = await TestNode.StartAsync("limits.subscriptions-per-connection = 2", Nats);
        using var client = NatsTestClient.Dial(node.Address("nats"));
        client.Say(Quiet + text);
        Assert.Equal(answer, client.Settle());
        client.Say("SUB z z\nUNSUB 1\nSUB still.here 9\nPUB still.here 1\nx\n");
        Assert.EndsWith("MSG still.here 9 1\nx\n", client.Settle());
    }

    [Theory]
    [InlineData("CONNECT {\"verbose\":false,\"auth_token\":\"secret\"}\nPING\n", "PONG\n")]
    [InlineData("CONNECT {\"verbose\":false,\"user\":\"u\",\"pass\":\"p\"}\nPING\n", "PONG\n")]
    [InlineData("CONNECT {\"verbose\":false,\"auth_token\":\"wrong\"}\nPING\n", null)]
    [InlineData("CONNECT {\"verbose\":false,\"user\":\"u\",\"pass\":\"secret\"}\nPING\n", null)]
    [InlineData("CONNECT {}\n", null)]
    [InlineData("PING\n", null)]
    [InlineData("SUB", null)]
    public async Task Credentials_are_asked_for_where_they_are_declared(string text, string? answer)
    {
        await using var node = await TestNode.StartAsync("security { tokens = [ secret ], users = [ { user = u, password = p } ] }", Nats);
        using var client = NatsTestClient.Dial(node.Address("nats"));
        Assert.True(client.Info.GetProperty("auth_required").GetBoolean());
        client.Say(text);
        if (answer is null)
            Assert.Equal("-ERR 'Authorization Violation'\n", client.HearToEnd());
        else
            Assert.Equal("", client.HearUntil(answer));
    }

    [Fact]
    public async Task Who_brings_no_credentials_in_time_is_closed()
    {
        await using var node = await TestNode.StartAsync("security.tokens = [ secret ], timeouts.hello = 100ms", Nats);
        using var client = NatsTestClient.Dial(node.Address("nats"));
        Assert.Equal("-ERR 'Authentication Timeout'\n", client.HearToEnd());
    }

    [Fact]
    public async Task One_connection_too_many_is_told_so()
    {
        await using var node = await TestNode.StartAsync("limits.connections = 1", Nats);
        using var first = NatsTestClient.Connect(node.Address("nats"));
        using var second = NatsTestClient.Dial(node.Address("nats"));
        Assert.Equal("-ERR 'maximum connections exceeded'\n", second.HearToEnd());
        Assert.Equal("", first.Settle());
    }

    [Fact]
    public async Task Silent_client_is_pinged_and_closed_as_stale_and_one_that_answers_stays()
    {
        await using var node = await TestNode.StartAsync("timeouts { heartbeat = 200ms, heartbeat-misses = 5 }", Nats);
        using var silent = NatsTestClient.Dial(node.Address("nats"));
        using var alive = NatsTestClient.Dial(node.Address("nats"));
        alive.Say(Quiet);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("PING", alive.HearLine());
            alive.Say("PONG\n");
        }

        Assert.Equal("PING\nPING\nPING\nPING\nPING\n-ERR 'Stale Connection'\n", silent.HearToEnd());
    }

    [Fact]
    public async Task Node_that_leaves_says_so_gives_a_moment_and_then_closes()
    {
        await using var node = await TestNode.StartAsync("timeouts.lame-duck = 2s", Nats);
        using var client = NatsTestClient.Connect(node.Address("nats"));
        client.Say("SUB a 1\n");
        client.Sync();
        var draining = node.DrainAsync();
        var info = JsonElement.Parse(client.HearLine()["INFO ".Length..]);
        Assert.True(info.GetProperty("ldm").GetBoolean());
        // Still served: what was begun can be ended.
        client.Say("PUB a 4\nlast\n");
        // No -ERR: libraries take one that they do not know for a reason never to come back.
        Assert.Equal("MSG a 1 4\nlast\n", client.HearToEnd());
        await draining;
    }

    [Fact]
    public async Task Client_that_never_reads_is_closed_as_slow_consumer()
    {
        await using var node = await TestNode.StartAsync("limits { pending-bytes = 2MiB, slow-consumer-hold = 50ms }", Nats);
        using var slow = NatsTestClient.Connect(node.Address("nats"));
        var id = slow.Info.GetProperty("client_id").GetInt64();
        slow.Say("SUB a 1\n");
        slow.Sync();
        using var quick = NatsTestClient.Connect(node.Address("nats"));
        quick.Say("SUB a 1\n");
        quick.Sync();
        using var publisher = NatsTestClient.Connect(node.Address("nats"));
        var payload = new string('x', 10_000);
        var count = 0;
        while (node.View.Sockets.Connections.Find(id)!.State == ConnectionState.Open)
        {
            publisher.Say($"PUB a {payload.Length}\n{payload}\n");
            Assert.Equal($"MSG a 1 {payload.Length}", quick.HearLine());
            Assert.Equal(payload, quick.HearLine());
            Assert.InRange(++count, 0, 10_000);
        }

        Eventually.Equal("slow-consumer", () => node.View.Sockets.Connections.Find(id)!.CloseReason?.Code() ?? "");
    }
}
