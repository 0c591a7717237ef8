using System.Text;
using Anode.Tests.Protocols.Native;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Relay;

/// <summary>Who gets a message, how often, and in which form.</summary>
public class DeliveryTests
{
    [Fact]
    public async Task Own_messages_come_back_unless_echo_is_off()
    {
        await using var node = await TestNode.StartAsync();
        using var loud = node.Connect();
        using var quiet = node.Connect(("echo", Value.False));
        foreach (var client in new[] { loud, quiet })
        {
            client.Send(4, 1, "a");
            client.Sync();
        }

        loud.Send(3, "a", "loud");
        Assert.Equal(["[3,\"a\",\"loud\"]"], loud.Settle());
        quiet.Send(3, "a", "quiet");
        Assert.Equal(["[3,\"a\",\"loud\"]"], quiet.Settle());
        Assert.Equal(["[3,\"a\",\"quiet\"]"], loud.Settle());
    }

    [Fact]
    public async Task Queue_member_without_echo_is_passed_over_for_its_own_messages()
    {
        await using var node = await TestNode.StartAsync();
        using var quiet = node.Connect(("echo", Value.False));
        using var other = node.Connect();
        other.Send(4, 5, "job", "q");
        other.Sync();
        quiet.Send(4, 4, "job", "q");
        for (var i = 0; i < 20; i++)
            quiet.Send(3, "job", i.ToString());
        Assert.Empty(quiet.Settle());
        Assert.Equal(20, other.Settle().Count);

        other.Send(5, 5);
        other.Sync();
        quiet.Send(3, "job", "nobody", "reply.to");
        quiet.Send(4, 9, "reply.to");

        Assert.Equal(["[6,0,\"reply.to\",'',nil,{\"status\":\"503\"}]"], quiet.Settle());
    }

    [Theory]
    [InlineData("a.b", "a.b", true)]
    [InlineData("a.*", "a.b", true)]
    [InlineData("a.*", "a", false)]
    [InlineData("a.*", "a.b.c", false)]
    [InlineData("*.b", "a.b", true)]
    [InlineData("a.>", "a.b.c", true)]
    [InlineData("a.>", "a", false)]
    [InlineData(">", "a", true)]
    [InlineData(">", "a.b.c.d", true)]
    [InlineData("*.*.c", "a.b.c", true)]
    [InlineData("a*", "ab", false)]
    [InlineData("a*", "a*", true)]
    [InlineData("grün.*", "grün.ßü", true)]
    public async Task Filter_matches_as_the_contract_says(string filter, string subject, bool matches)
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        client.Send(4, 1, filter);
        client.Send(3, subject, "x");

        Assert.Equal(matches ? [$"[3,\"{subject}\",\"x\"]"] : [], client.Settle());
    }

    [Fact]
    public async Task Message_is_forwarded_byte_for_byte_and_once_however_many_filters_match()
    {
        await using var node = await TestNode.StartAsync();
        using var publisher = node.Connect();
        using var subscriber = node.Connect();
        for (var sid = 1; sid <= 3; sid++)
            subscriber.Send(4, sid, sid == 1 ? "a.b" : sid == 2 ? "a.*" : ">");
        subscriber.Sync();
        var message = Value.List(3, "a.b", "p"u8.ToArray(), "r.s", Value.Map(("k", Value.List("v", "w"))), 7, Value.Map(("unknown", Value.List(Value.Nil))));
        var bodies = new[]
        {
            message.Encode(), message.Encode(_ => 1), message.Encode(_ => 99), Value.List(3, "a.b", "text").Encode(_ => 2),
            Value.List(3, "a.b", "", Value.Nil, Value.Nil).Encode(), Value.List(3, "a.b", "p", "", Value.Map()).Encode(),
        };

        foreach (var body in bodies)
            publisher.SendBytes(NativeTestClient.Frame(body));
        publisher.Sync();

        foreach (var body in bodies)
            Assert.Equal(Convert.ToHexString(body), Convert.ToHexString(subscriber.ReceiveBody()!));
        Assert.Empty(subscriber.Settle());
    }

    [Fact]
    public async Task Large_payload_arrives_whole()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        client.Send(4, 1, "big");
        var payload = new byte[1024 * 1024];
        new Random(1).NextBytes(payload);
        var frame = NativeTestClient.Frame(3, "big", payload);

        client.SendBytes(frame);

        Assert.Equal(frame[4..], client.ReceiveBody());
    }

    [Fact]
    public async Task Queue_group_gives_each_message_to_one_member_with_its_sid_and_spreads_them()
    {
        await using var node = await TestNode.StartAsync();
        using var publisher = node.Connect();
        var members = Enumerable.Range(0, 4).Select(_ => node.Connect()).ToArray();
        for (var i = 0; i < members.Length; i++)
        {
            members[i].Send(4, 10 + i, i % 2 == 0 ? "job.*" : "job.>", "workers");
            members[i].Sync();
        }

        for (var i = 0; i < 400; i++)
            publisher.Send(3, "job.x", Encoding.UTF8.GetBytes($"{i}"), "r", Value.Map(("k", "v")));
        publisher.Sync();

        var got = members.Select(member => member.Settle()).ToArray();
        Assert.Equal(400, got.Sum(g => g.Count));
        Assert.Equal(400, got.SelectMany(g => g.Select(frame => frame[(frame.IndexOf(',', 3) + 1)..])).Distinct().Count());
        for (var i = 0; i < members.Length; i++)
        {
            Assert.InRange(got[i].Count, 40, 180); // 100 ± 8.7, so nine standard deviations
            Assert.All(got[i], frame => Assert.Matches($$"""^\[6,{{10 + i}},"job\.x",'\d+',"r",\{"k":"v"\}\]$""", frame));
            Assert.Equal(got[i].OrderBy(Number), got[i]);
            members[i].Dispose();
        }

        static int Number(string frame) => int.Parse(frame.Split('\'')[1]);
    }

    [Fact]
    public async Task Two_groups_and_a_plain_subscription_on_one_connection_each_get_theirs()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        client.Send(4, 1, "a.*", "one");
        client.Send(4, 2, "a.>", "two");
        client.Send(4, 3, "a.b");

        client.Send(3, "a.b", "x");

        Assert.Equal(["[3,\"a.b\",\"x\"]", "[6,1,\"a.b\",\"x\"]", "[6,2,\"a.b\",\"x\"]"], client.Settle().Order());
    }

    [Fact]
    public async Task Unsubscribed_gets_nothing_more_and_others_still_do()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        client.Send(4, 1, "a");
        client.Send(4, 2, "b");
        client.Send(5, 1);
        client.Send(5, 77);
        client.Send(3, "a", "x");
        client.Send(3, "b", "x");

        Assert.Equal(["[3,\"b\",\"x\"]"], client.Settle());
        Assert.Equal(1, node.RecordOf(client).Subscriptions);
    }

    [Fact]
    public async Task Sid_in_use_keeps_its_subscription()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        client.Send(4, 1, "a");
        client.Send(4, 1, "b");
        client.Send(3, "b", "x");
        client.Send(3, "a", "x");
        client.Send(5, 1);
        client.Send(4, 1, "b");
        client.Send(3, "b", "y");

        Assert.Equal(["[3,\"a\",\"x\"]", "[3,\"b\",\"y\"]"], client.Settle());
    }

    [Fact]
    public async Task Maximum_in_subscribe_ends_it_after_so_many()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        client.Send(4, 1, "a", Value.Nil, 3);
        client.Send(4, 2, "a", "q", 2);
        for (var i = 0; i < 6; i++)
            client.Send(3, "a", i.ToString());

        var got = client.Settle();
        Assert.Equal(3, got.Count(frame => frame.StartsWith("[3,", StringComparison.Ordinal)));
        Assert.Equal(2, got.Count(frame => frame.StartsWith("[6,2,", StringComparison.Ordinal)));
        Eventually.Equal(0, () => node.RecordOf(client).Subscriptions);
        Eventually.Equal(0, () => node.View.Relay.Index.Count);
    }

    [Theory]
    [InlineData(2, 5, 5)] // counts the two before
    [InlineData(5, 5, 5)] // reached already
    [InlineData(7, 5, 7)] // passed already
    public async Task Maximum_in_unsubscribe_counts_from_the_start(int before, int max, int expected)
    {
        await using var node = await TestNode.StartAsync();
        using var publisher = node.Connect();
        using var client = node.Connect();
        client.Send(4, 1, "a");
        client.Sync();
        Publish(before);
        client.Send(5, 1, max);
        var got = client.Settle();

        Publish(10);

        Assert.Equal(expected, got.Count + client.Settle().Count);
        Eventually.Equal(0, () => node.RecordOf(client).Subscriptions);

        void Publish(int count)
        {
            for (var i = 0; i < count; i++)
                publisher.Send(3, "a", "x");
            publisher.Sync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Several_publishers_together_never_deliver_more_than_the_maximum(bool queue)
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        client.Send(4, 1, "a", queue ? "q" : Value.Nil, 5000);
        client.Sync();
        var burst = Enumerable.Range(0, 100).SelectMany(_ => NativeTestClient.Frame(3, "a", "x")).ToArray();

        Threads.Run(4, _ =>
        {
            using var publisher = node.Connect();
            for (var i = 0; i < 40; i++)
                publisher.SendBytes(burst);
            publisher.Sync();
        });

        Assert.Equal(5000, client.Settle().Count);
        Eventually.Equal(0, () => node.View.Relay.Index.Count);
    }

    [Fact]
    public async Task Inbox_reaches_its_connection_with_sid_0_without_a_subscription()
    {
        await using var node = await TestNode.StartAsync();
        using var asker = node.Connect();
        using var answerer = node.Connect();
        using var curious = node.Connect();
        curious.Send(4, 1, ">");
        curious.Send(4, 2, "_inbox.>");
        curious.Sync();
        answerer.Send(4, 1, "question");
        answerer.Sync();

        asker.Send(3, "question", "?", asker.Inbox + ".7");
        Assert.Equal($"[3,\"question\",\"?\",\"{asker.Inbox}.7\"]", answerer.Receive());
        answerer.Send(3, asker.Inbox + ".7", "!"u8.ToArray(), Value.Nil, Value.Map(("k", "v")));

        Assert.Equal($"[6,0,\"{asker.Inbox}.7\",'!',nil,{{\"k\":\"v\"}}]", asker.Receive());
        Assert.Equal(["[3,\"question\",\"?\",\"" + asker.Inbox + ".7\"]"], curious.Settle());
    }

    [Fact]
    public async Task Own_inbox_works_without_echo()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect(("echo", Value.False));

        client.Send(3, client.Inbox + ".a.b", "x");

        Assert.Equal([$"[6,0,\"{client.Inbox}.a.b\",\"x\"]"], client.Settle());
    }

    [Fact]
    public async Task Inbox_of_a_connection_that_is_gone_or_never_was_has_no_responders()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        var gone = node.Connect();
        gone.Abort();
        Eventually.Equal(1, () => node.View.Sockets.Connections.OpenCount);

        foreach (var inbox in new[] { gone.Inbox + ".1", $"_inbox.{node.View.Name}.x.1", $"_inbox.{node.View.Name}.999.1", client.Inbox, "_inbox.other.1.1" })
        {
            client.Send(3, inbox, "x", client.Inbox + ".1");
            Assert.Equal([$"[6,0,\"{client.Inbox}.1\",'',nil,{{\"status\":\"503\"}}]"], client.Settle());
        }
    }

    [Fact]
    public async Task Request_that_nobody_hears_is_answered_503_and_one_without_reply_is_not()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();

        client.Send(3, "nobody", "x");
        client.Send(3, "nobody", "x", "any.reply");
        client.Send(12, 1, "nobody", "x", "any.reply");

        Assert.Equal(
            ["[6,0,\"any.reply\",'',nil,{\"status\":\"503\"}]", "[9,1,{\"receivers\":0}]", "[6,0,\"any.reply\",'',nil,{\"status\":\"503\"}]"],
            client.Settle());
    }
}
