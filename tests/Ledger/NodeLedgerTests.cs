using Anode.Ledger;
using Anode.Operations;
using Anode.Tests.Faults;
using Anode.Tests.Mesh.Nodes;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Ledger;

/// <summary>What nodes say of messages that carry a stamp, beside what really happened to them.</summary>
public sealed class NodeLedgerTests
{
    [Theory]
    [InlineData(36)]
    [InlineData(2000)]
    public async Task Every_message_is_on_the_account_whether_it_came_alone_or_in_a_run(int size)
    {
        await using var node = await FaultNode.StartAsync();
        using var one = node.Connect();
        using var other = node.Connect();
        using var publisher = node.Connect();
        Subscribe(one);
        Subscribe(other);
        publisher.SendBytes([.. Enumerable.Range(0, 300).SelectMany(i => Frame(1, i, size)), .. Enumerable.Range(0, 50).SelectMany(i => Frame(2, i, size))]);
        publisher.Send(3, "a.b", "no stamp");
        publisher.Send(3, "nobody", Payload(3, 0, size));
        publisher.SendBytes(Frame(1, 10, size)); // once more
        publisher.Sync();
        var flows = ApiLedger.Of(node.View).Flows;
        Assert.Equal([(1u, 301L, 299L, 0L, 1L, 602L), (2u, 50L, 49L, 0L, 0L, 100L), (3u, 1L, 0L, 0L, 0L, 0L)],
            flows.Select(flow => (flow.Flow, flow.FromClients, flow.Last, flow.Missing, flow.Duplicates, flow.Queued)));
        Assert.Equal(1, flows[2].Unheard);
        Assert.Equal(352, one.Sync().Count);
        other.Sync();
    }

    [Fact]
    public async Task What_a_fault_lost_is_charged_to_it_and_nothing_else_is_missing()
    {
        await using var node = await FaultNode.StartAsync();
        using var subscriber = node.Connect();
        using var publisher = node.Connect();
        Subscribe(subscriber);
        var fault = await node.BeginAsync("loss endpoint:tcp probability=0.2 direction=in");
        publisher.SendBytes([.. Enumerable.Range(0, 1000).SelectMany(i => Frame(7, i, 64))]);
        publisher.Sync();
        await node.EndAsync(fault);
        var got = subscriber.Sync().Count;
        var flow = Assert.Single(ApiLedger.Of(node.View).Flows);
        Assert.Equal(1000 - got, flow.Charged[$"{fault.Id} lost"]);
        Assert.Equal(got, flow.FromClients);
    }

    [Fact]
    public async Task What_a_slow_consumer_does_not_get_is_dropped_by_name()
    {
        await using var node = await TestNode.StartAsync(
            "", TestNode.Tcp, """{ address = "tcp://127.0.0.1:0", name = slow, pending-bytes = 2MiB, slow-consumer = drop, slow-consumer-hold = 50ms }""");
        using var slow = NativeTestClient.Dial(node.Address("slow"), socket => socket.ReceiveBufferSize = 4096);
        slow.Hello();
        Subscribe(slow);
        using var publisher = node.Connect();
        for (var i = 0; i < 200; i++)
            publisher.SendBytes(Frame(1, i, 100_000));
        publisher.Sync();
        Eventually.Holds(() => ApiLedger.Of(node.View).Dropped.Count > 0, () => "nothing was dropped");
        var got = 0;
        while (slow.Sync() is { Count: > 0 } more)
            got += more.Count;
        var ledger = ApiLedger.Of(node.View);
        var dropped = Assert.Single(ledger.Dropped);
        Assert.Equal(("slow-consumer", "slow"), (dropped.Policy, dropped.Where));
        Assert.Equal(200, got + dropped.Count);
        Assert.Equal(dropped.Count, Assert.Single(ledger.Flows).Dropped);
    }

    [Fact]
    public async Task Both_ends_of_a_link_have_it_on_their_account()
    {
        await using var mesh = await MeshNodes.StartAsync("a-b");
        using var subscriber = mesh["b"].Connect();
        Subscribe(subscriber);
        mesh.AwaitInterest("a", 1);
        using var publisher = mesh["a"].Connect();
        publisher.SendBytes([.. Enumerable.Range(0, 500).SelectMany(i => Frame(1, i, 64))]);
        publisher.Sync();
        var got = 0;
        Eventually.Holds(() => (got += subscriber.Sync().Count) == 500, () => $"{got} of 500");
        var (here, there) = (Assert.Single(ApiLedger.Of(mesh["a"].View).Flows), Assert.Single(ApiLedger.Of(mesh["b"].View).Flows));
        Assert.Equal((500, 0, 500, 0), (here.FromClients, here.FromLinks, here.SentOn, here.Queued));
        Assert.Equal((0, 500, 0, 500, 0), (there.FromClients, there.FromLinks, there.SentOn, there.Queued, there.Missing));
    }

    [Fact]
    public async Task Without_it_nothing_is_accounted_for()
    {
        await using var node = await TestNode.StartAsync("ledger.enabled = off");
        using var publisher = node.Connect();
        publisher.SendBytes(Frame(1, 0, 64));
        publisher.Sync();
        Assert.False(ApiLedger.Of(node.View).Enabled);
    }

    private static void Subscribe(NativeTestClient client)
    {
        client.Send(4, 1, "a.b");
        client.Sync();
    }

    private static byte[] Frame(uint flow, long sequence, int size) => NativeTestClient.Frame(3, "a.b", Payload(flow, sequence, size));

    private static byte[] Payload(uint flow, long sequence, int size)
    {
        var payload = new byte[size];
        new Stamp(flow, 1, sequence, 0).Write(payload);
        return payload;
    }
}
