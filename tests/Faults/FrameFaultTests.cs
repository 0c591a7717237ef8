using Anode.Faults;
using Anode.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Faults;

/// <summary>Loss, copies, order and turned bits: of whole messages, on streams and datagrams alike.</summary>
public sealed class FrameFaultTests(ITestOutputHelper output)
{
    private const int Count = 2000;

    [Theory]
    [InlineData("in")]
    [InlineData("out")]
    public async Task Loss_of_a_tenth_loses_a_tenth_and_says_how_many(string direction)
    {
        await using var node = await FaultNode.StartAsync();
        using var subscriber = node.Connect();
        using var publisher = node.Connect();
        Subscribe(subscriber);
        var fault = await node.BeginAsync($"loss endpoint:tcp probability=0.1 direction={direction}");
        var got = await PublishAsync(node, fault, publisher, subscriber);
        output.WriteLine($"seed {fault.Spec.Seed}: {got.Count} of {Count}");
        // Six sigma of a binomial distribution: 80 to both sides of 200.
        Assert.InRange(Count - got.Count, 120, 280);
        Assert.Equal(Count - got.Count, fault.Tally.Lost);
        Assert.Equal(got.Order(), got);
    }

    [Fact]
    public async Task Same_seed_loses_the_same_messages()
    {
        var runs = new List<string>();
        foreach (var seed in new[] { 7, 7, 8 })
        {
            await using var node = await FaultNode.StartAsync();
            using var subscriber = node.Connect();
            using var publisher = node.Connect();
            Subscribe(subscriber);
            var fault = await node.BeginAsync($"loss connection:{publisher.Connection} probability=0.2 direction=in seed={seed}");
            runs.Add(string.Join(' ', await PublishAsync(node, fault, publisher, subscriber)));
        }

        Assert.Equal(runs[0], runs[1]);
        Assert.NotEqual(runs[0], runs[2]);
    }

    [Fact]
    public async Task Copies_and_changes_of_order_are_what_the_fault_says()
    {
        await using var node = await FaultNode.StartAsync();
        using var subscriber = node.Connect();
        using var publisher = node.Connect();
        Subscribe(subscriber);
        var doubling = await node.BeginAsync("duplicate endpoint:tcp probability=0.1 direction=in");
        var got = await PublishAsync(node, doubling, publisher, subscriber);
        Assert.Equal(Count + doubling.Tally.Frames, got.Count);
        Assert.Equal(Enumerable.Range(0, Count), got.Distinct());

        var moving = await node.BeginAsync("reorder endpoint:tcp probability=0.1 depth=3 direction=in");
        got = await PublishAsync(node, moving, publisher, subscriber);
        Assert.Equal(Enumerable.Range(0, Count), got.Order());
        Assert.NotEqual(got.Order(), got);
    }

    [Fact]
    public async Task Receipt_and_its_resending_heal_what_a_lossy_connection_loses()
    {
        await using var node = await FaultNode.StartAsync();
        using var subscriber = node.Connect();
        using var publisher = node.Connect(("producer", "p"));
        Subscribe(subscriber);
        var fault = await node.BeginAsync("loss endpoint:tcp probability=0.3 direction=in");
        var open = Enumerable.Range(0, 200).ToHashSet();
        for (var round = 0; open.Count > 0 && round < 50; round++)
        {
            foreach (var id in open)
                publisher.Send(12, id, "a.b", id.ToString());
            foreach (var answer in publisher.Sync().Where(answer => answer.StartsWith("[9,", StringComparison.Ordinal)))
                open.Remove(int.Parse(answer.Split(',')[1].TrimEnd(']')));
        }

        await node.EndAsync(fault);
        Assert.Empty(open);
        Assert.Equal(Enumerable.Range(0, 200), subscriber.Sync().Select(PayloadOf).Order());
    }

    [Theory]
    [InlineData("in")]
    [InlineData("out")]
    public async Task Datagrams_are_lost_doubled_and_changed_like_frames(string direction)
    {
        await using var node = await FaultNode.StartAsync(TestNode.Tcp, TestNode.Udp);
        using var subscriber = DatagramTestClient.Connect(node.Address("udp"));
        using var publisher = node.Connect();
        subscriber.Send(4, 1, "a.b");
        subscriber.Sync();
        var loss = await node.BeginAsync($"loss endpoint:udp direction={direction}");
        if (direction == "in")
            subscriber.Send(3, "a.b", "lost");
        else
            publisher.Send(3, "a.b", "lost");
        publisher.Sync();
        Eventually.Equal(1, () => loss.Tally.Lost);
        await node.EndAsync(loss);
        var copies = await node.BeginAsync("duplicate endpoint:udp direction=out");
        publisher.Send(3, "a.b", "twice");
        Assert.Equal(["[3,\"a.b\",\"twice\"]", "[3,\"a.b\",\"twice\"]"], subscriber.Receive(2));
        await node.EndAsync(copies);
        subscriber.Sync();
    }

    [Fact]
    public async Task Link_loses_batches_below_its_receipts()
    {
        await using var mesh = new Mesh.Nodes.MeshNodes();
        await mesh.AddAsync("a", [], more: FaultNode.Enabled + "\nlinks.receipt-timeout = 200ms");
        await mesh.AddAsync("b", ["a"]);
        mesh.AwaitWhole();
        using var subscriber = mesh["b"].Connect();
        Subscribe(subscriber);
        mesh.AwaitInterest("a", 1);
        var fault = await mesh["a"].BeginAsync("loss link:b probability=0.3 direction=out");
        using var publisher = mesh["a"].Connect();
        for (var id = 0; id < 100; id++)
        {
            publisher.Send(12, id, "a.b", id.ToString());
            publisher.Sync();
        }

        var received = new List<int>();
        Eventually.Holds(() => (received = [.. received, .. subscriber.Sync().Select(PayloadOf)]).Count >= 100, () => $"{received.Count} of 100");
        Assert.Equal(Enumerable.Range(0, 100), received.Order());
        Assert.True(fault.Tally.Lost > 0);
        await mesh["a"].EndAsync(fault);
    }

    private static void Subscribe(NativeTestClient subscriber)
    {
        subscriber.Send(4, 1, "a.b");
        subscriber.Sync();
    }

    /// <summary>What the subscriber gets of them; the fault ends behind the last.</summary>
    private static async Task<List<int>> PublishAsync(TestNode node, ActiveFault fault, NativeTestClient publisher, NativeTestClient subscriber)
    {
        var receiving = Blocking.Run(() =>
        {
            var got = new List<int>();
            for (string next; !(next = subscriber.Receive()).Contains("\"end\""); got.Add(PayloadOf(next)))
                Assert.StartsWith("[3,", next);
            return got;
        });
        for (var i = 0; i < Count; i++)
            publisher.Send(3, "a.b", i.ToString());
        publisher.Sync();
        await node.EndAsync(fault);
        publisher.Send(3, "a.b", "end");
        return await receiving.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static int PayloadOf(string frame) => int.Parse(frame.Split('"')[3]);
}
