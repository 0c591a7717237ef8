using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Relay.Nats;

/// <summary>What the comparison with nats-server and other people's clients brought to light, kept where neither is installed.</summary>
public class NatsLikenessTests
{
    private const string Nats = NatsDeliveryTests.Nats;

    [Theory]
    [InlineData("CONNECT null\n", "+OK\nPONG\n")]
    [InlineData("CONNECT {\"name\":\"caf\u00e9 in Latin-1\"}\n", "+OK\nPONG\n")]
    [InlineData("CONNECT {\"protocol\":99999999999}\n", "-ERR 'invalid client protocol'\n")]
    [InlineData("CONNECT {\"account\":\"lab\"}\n", "-ERR 'Authorization Violation'\n")]
    [InlineData("CONNECT {\"new_account\":true}\n", "-ERR 'Authorization Violation'\n")]
    [InlineData("CONNECT {\"account\":\"\",\"new_account\":false}\n", "+OK\nPONG\n")]
    public async Task Connect_is_read_as_nats_server_reads_it(string connect, string answer)
    {
        await using var node = await TestNode.StartAsync("", Nats);
        using var client = NatsTestClient.Dial(node.Address("nats"));
        client.Say(connect + "PING\n");
        client.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.Equal(answer, client.HearToEnd());
    }

    [Fact]
    public async Task Subscription_that_has_had_its_maximum_gets_no_503()
    {
        await using var node = await TestNode.StartAsync("", Nats);
        using var client = NatsTestClient.Connect(node.Address("nats"));
        client.Say("SUB i.* 1\nUNSUB 1 1\nPUB i.0 0\n\nPUB nobody i.1 0\n\n");
        Assert.Equal("MSG i.0 1 0\n\n", client.Sync());
    }

    [Fact]
    public async Task Member_of_a_queue_group_gets_no_503()
    {
        await using var node = await TestNode.StartAsync("", Nats);
        using var client = NatsTestClient.Connect(node.Address("nats"));
        client.Say("SUB i.* q 1\nPUB nobody i.1 0\n\n");
        Assert.Equal("", client.Sync());
    }

    [Fact]
    public async Task Name_in_use_is_not_judged_again()
    {
        await using var node = await TestNode.StartAsync("", Nats);
        using var client = NatsTestClient.Dial(node.Address("nats"));
        client.Say("SUB a 1\nSUB a..b 1\nSUB a..b 2\nPUB a 0\n\n");
        Assert.Equal("+OK\n+OK\n-ERR 'Invalid Subject'\n+OK\nMSG a 1 0\n\n", client.Sync());
    }
}
