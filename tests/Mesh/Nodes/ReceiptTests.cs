using Akka.Actor;
using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Mesh.Nodes;

/// <summary>What is acknowledged to its publisher is in the hands of every node that had a subscription, whatever breaks on the way.</summary>
public sealed class ReceiptTests
{
    [Fact]
    public async Task Receipt_counts_receivers_of_all_nodes()
    {
        await using var mesh = await MeshNodes.StartAsync("a-b", "b-c");
        using var first = mesh["a"].Connect();
        using var second = mesh["b"].Connect();
        using var third = mesh["c"].Connect();
        foreach (var subscriber in new[] { first, second, third })
            subscriber.Send(4, 1, "put");
        mesh.AwaitInterest("a", 3);
        using var publisher = mesh["a"].Connect();
        publisher.Send(12, 1, "put", "x");
        Assert.Equal("[9,1,{\"receivers\":3}]", publisher.Receive());
        publisher.Send(12, 2, "other", "x");
        Assert.Equal("[9,2,{\"receivers\":0}]", publisher.Receive());
        Assert.Equal("[3,\"put\",\"x\"]", third.Receive());
    }

    [Fact]
    public async Task Put_sent_again_while_it_waits_is_answered_with_the_first_and_delivered_once()
    {
        await using var mesh = await MeshNodes.StartAsync("a-b");
        using var subscriber = mesh["b"].Connect();
        subscriber.Send(4, 1, "put");
        mesh.AwaitInterest("a", 1);
        using var first = mesh["a"].Connect(("producer", "p"));
        using var second = mesh["a"].Connect(("producer", "p"));
        first.Send(12, 7, "put", "x");
        second.Send(12, 7, "put", "x");
        Assert.Equal("[9,7,{\"receivers\":1}]", first.Receive());
        Assert.Equal("[9,7,{\"receivers\":1}]", second.Receive());
        Assert.Equal("[3,\"put\",\"x\"]", subscriber.Receive());
        Assert.Empty(subscriber.Settle());
    }

    /// <summary>What is encoded for a message may fill its slab to the last byte, so that what else the link needs of it goes to another.</summary>
    [Fact]
    public async Task Frame_that_fills_its_slab_goes_over_a_link_as_it_is_and_the_slab_comes_back_once()
    {
        await using var mesh = await MeshNodes.StartAsync("a-b");
        using var subscriber = mesh["b"].Connect();
        subscriber.Send(4, 1, "put");
        mesh.AwaitInterest("a", 1);
        using var publisher = mesh["a"].Connect();
        for (var length = SlabPool.MinBytes - 80; length < SlabPool.MinBytes; length += 4)
        {
            var payload = new string((char)('a' + (length % 26)), length);
            publisher.Send(12, length, "put", payload);
            Assert.Equal($"[3,\"put\",\"{payload}\"]", subscriber.Receive());
            Assert.Equal($"[9,{length},{{\"receivers\":1}}]", publisher.Receive());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ring_loses_and_doubles_nothing_acknowledged_when_a_link_and_a_node_go(bool inGoodOrder)
    {
        const int Count = 3000;
        await using var mesh = await MeshNodes.StartAsync("a-b", "b-c", "c-d", "d-e", "a-e");
        using var subscriber = mesh["c"].Connect();
        subscriber.Send(4, 1, "put.>");
        using var publisher = mesh["a"].Connect();
        mesh.AwaitInterest("a", 1);
        Assert.Equal("a b c", mesh.PathOf("a", "c"));
        var sending = Blocking.Run(() =>
        {
            for (var i = 1; i <= Count; i++)
                publisher.Send(12, i, "put.x", $"{i}");
        });
        var hearing = Blocking.Run(() => Enumerable.Range(0, Count).Select(_ => subscriber.Receive()).ToList());
        var answers = new HashSet<string>();
        while (answers.Count < Count / 4)
            answers.Add(publisher.Receive());
        if (inGoodOrder)
            await mesh.StopAsync("b");
        else
            Cut(mesh["b"], "c");
        while (answers.Count < Count)
            answers.Add(publisher.Receive());
        await sending;
        Assert.Equal(Enumerable.Range(1, Count).Select(i => $"[9,{i},{{\"receivers\":1}}]").Order(), answers.Order());
        Assert.Equal(Enumerable.Range(1, Count).Select(i => $"[3,\"put.x\",\"{i}\"]").Order(), (await hearing).Order());
        Assert.Empty(subscriber.Settle());
        Assert.Equal("a e d c", inGoodOrder ? mesh.PathOf("a", "c") : "a e d c");
    }

    [Fact]
    public async Task Publisher_of_a_put_that_a_node_does_not_confirm_is_told_so_and_hears_of_it_when_that_node_is_given_up()
    {
        await using var mesh = new MeshNodes();
        await mesh.AddAsync("a", [], more: "links.receipt-timeout = 300ms\nlinks.forget-after = 3s");
        await mesh.AddAsync("b", ["a"]);
        mesh.AwaitWhole();
        using var publisher = mesh["a"].Connect();
        using var subscriber = mesh["b"].Connect();
        subscriber.Send(4, 1, "put");
        mesh.AwaitInterest("a", 1);
        // No words, and no way back: until b is given up its subscriber counts.
        await mesh["b"].View.Endpoints.Find("to-a")!.Guard.Ask<Endpoint.Status>(new Endpoint.Suspend(), TimeSpan.FromSeconds(15));
        Cut(mesh["b"], "a");
        Eventually.Equal(0, () => mesh["a"].View.Relay.Mesh!.View.Links.Count);
        publisher.Send(12, 1, "put", "x");
        Assert.Contains("receipt-timeout", publisher.Receive());
        Assert.Equal("[9,1,{\"receivers\":0}]", publisher.Receive());
    }

    /// <summary>Ends the link as a crash would: RST, and no last words.</summary>
    private static void Cut(TestNode node, string peer)
    {
        node.ExpectsCrashes = true;
        node.System.Stop(node.View.Relay.Mesh!.View.Links[peer].Connection);
    }
}
