using Anode.Protocols.Relay;
using Anode.Tests.Protocols.Native;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Relay;

/// <summary>PUT: what its receipt counts, and that the same one is never delivered again.</summary>
public class ReceiptTests
{
    [Fact]
    public async Task Receipt_counts_connections_queue_groups_and_inboxes()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        using var other = node.Connect();
        client.Send(4, 1, "a");
        client.Send(4, 2, "a");
        client.Send(4, 3, "a", "workers");
        other.Send(4, 1, "a");
        other.Send(4, 2, "a", "workers");
        other.Send(4, 3, "a", "others");
        other.Sync();

        client.Send(12, 7, "a", "x");
        client.Send(12, 8, "nobody", "x");
        client.Send(12, 9, other.Inbox + ".1", "x");

        Assert.Equal(
            ["[9,7,{\"receivers\":4}]", "[9,8,{\"receivers\":0}]", "[9,9,{\"receivers\":1}]"],
            client.Settle().Where(frame => frame.StartsWith("[9,", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Put_arrives_as_a_message_with_all_its_items_as_they_came()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        client.Send(4, 1, "a");
        client.Sync();

        client.SendBytes(NativeTestClient.Frame(Value.List(12, 7, "a", "x", "r", Value.Map(("k", "v")), "later", 5).Encode(_ => 1)));

        Assert.Equal(["[3,\"a\",\"x\",\"r\",{\"k\":\"v\"},\"later\",5]", "[9,7,{\"receivers\":1}]"], client.Settle());
    }

    [Fact]
    public async Task Put_sent_again_is_answered_again_and_delivered_once()
    {
        await using var node = await TestNode.StartAsync();
        using var subscriber = node.Connect();
        subscriber.Send(4, 1, "a");
        subscriber.Sync();
        using var client = node.Connect();

        for (var i = 0; i < 3; i++)
            client.Send(12, ulong.MaxValue, "a", "x");

        Assert.Equal(Enumerable.Repeat("[9,18446744073709551615,{\"receivers\":1}]", 3), client.Settle());
        Assert.Equal(["[3,\"a\",\"x\"]"], subscriber.Settle());
        Assert.Equal(2, node.View.Relay.Counters.Duplicates);
    }

    [Fact]
    public async Task Producer_that_reconnects_is_known_and_others_are_not_taken_for_it()
    {
        await using var node = await TestNode.StartAsync();
        using var subscriber = node.Connect();
        subscriber.Send(4, 1, "a");
        subscriber.Sync();

        Put("first", ("producer", "p"));
        Put("again", ("producer", "p"));
        Put("other", ("producer", "q"));
        Put("nobody");
        Put("nobody else");

        Assert.Equal(["first", "other", "nobody", "nobody else"], subscriber.Settle().Select(frame => frame.Split('"')[3]));

        void Put(string text, params (Value, Value)[] hello)
        {
            using var client = node.Connect(hello);
            client.Send(12, 1, "a", text);
            Assert.Equal(["[9,1,{\"receivers\":1}]"], client.Settle());
        }
    }

    [Fact]
    public async Task Ids_older_than_the_window_are_forgotten()
    {
        await using var node = await TestNode.StartAsync("limits.receipt-window = 4");
        using var client = node.Connect();
        client.Send(4, 1, "a");
        foreach (var id in new[] { 1, 2, 3, 4, 1, 5, 1 })
            client.Send(12, id, "a", $"{id}");

        Assert.Equal(
            ["1", "2", "3", "4", "5", "1"],
            client.Settle().Where(frame => frame.StartsWith("[3,", StringComparison.Ordinal)).Select(frame => frame.Split('"')[3]));
    }

    [Fact]
    public async Task Refused_put_names_its_id_and_may_be_sent_again_rightly()
    {
        await using var node = await TestNode.StartAsync("limits.payload-bytes = 4KiB");
        using var client = node.Connect();

        client.Send(12, 5, "a..b", "x");
        client.Send(12, 5, "$x", "x");
        client.Send(12, 5, "a", new byte[4097]);
        client.Send(12, 5, "a", "x");

        var got = client.Settle();
        Assert.Equal(["bad-subject", "forbidden", "payload-too-large"], got.Take(3).Select(frame => frame.Split('"')[1]));
        Assert.All(got.Take(3), frame => Assert.EndsWith(",5]", frame));
        Assert.Equal("[9,5,{\"receivers\":0}]", got[3]);
    }

    [Fact]
    public void Producers_in_use_outlive_those_that_only_came_by()
    {
        var windows = new ReceiptWindows(idsPerProducer: 8, maxProducers: 100);
        var busy = windows.Of("busy");
        for (var i = 0; i < 1000; i++)
        {
            busy.TryTake((ulong)i, null, out _, out _);
            windows.Of($"passing {i}");
            windows.OfNobody();
        }

        Assert.Same(busy, windows.Of("busy"));
        Assert.True(windows.Of("passing 0").TryTake(1, null, out _, out _));
    }
}
