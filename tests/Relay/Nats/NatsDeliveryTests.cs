using System.Text;
using System.Text.RegularExpressions;
using Anode.Tests.Protocols.Native;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Relay.Nats;

/// <summary>Who gets a message through the NATS door, how often, and in which form.</summary>
public class NatsDeliveryTests
{
    public const string Nats = """{ address = "tcp://127.0.0.1:0", name = nats, protocol = nats }""";

    [Fact]
    public async Task Each_matching_subscription_gets_its_copy()
    {
        await using var node = await TestNode.StartAsync("", Nats);
        using var client = NatsTestClient.Connect(node.Address("nats"));
        client.Say("SUB a.* 1\nSUB a.> 22\nSUB b 3\nPUB a.b 2\nhi\nPUB a.b re.ply 0\n\n");
        Assert.Equal(["MSG a.b 1 2\nhi", "MSG a.b 1 re.ply 0\n", "MSG a.b 22 2\nhi", "MSG a.b 22 re.ply 0\n"], Sorted(client.Settle()));
    }

    [Fact]
    public async Task Subscription_may_have_any_name()
    {
        await using var node = await TestNode.StartAsync("", Nats);
        using var client = NatsTestClient.Connect(node.Address("nats"));
        client.Say("SUB a x-1\nSUB a 007\nSUB a 99999999999999999999\nSUB b 7\nPUB a 1\nm\n");
        Assert.Equal(["MSG a 007 1\nm", "MSG a 99999999999999999999 1\nm", "MSG a x-1 1\nm"], Sorted(client.Settle()));
        client.Say("UNSUB x-1\nUNSUB 007 2\nUNSUB nobody\nPUB a 1\nm\nPUB a 1\nn\nSUB a x-1\nPUB a 1\no\n");
        Assert.Equal(
            ["MSG a 007 1\nm", "MSG a 99999999999999999999 1\nm", "MSG a 99999999999999999999 1\nn", "MSG a 99999999999999999999 1\no", "MSG a x-1 1\no"],
            Sorted(client.Settle()));
    }

    [Fact]
    public async Task Queue_group_shares_with_native_members_and_each_message_goes_to_one()
    {
        await using var node = await TestNode.StartAsync("", TestNode.Tcp, Nats);
        using var nats = NatsTestClient.Connect(node.Address("nats"));
        using var native = node.Connect();
        native.Send(4, 5, "job", "q");
        native.Sync();
        nats.Say("SUB job q 9\n");
        nats.Sync();
        const int Count = 200;
        for (var i = 0; i < Count; i++)
            nats.Say($"PUB job {i.ToString().Length}\n{i}\n");
        var there = nats.Settle().Split('\n').Count(line => line == "MSG job 9 1" || line.StartsWith("MSG job 9 ", StringComparison.Ordinal));
        var here = native.Settle().Count(frame => frame.StartsWith("[6,5,\"job\"", StringComparison.Ordinal));
        Assert.Equal(Count, there + here);
        Assert.InRange(there, 1, Count - 1);
    }

    [Fact]
    public async Task Maximum_counts_what_came_before()
    {
        await using var node = await TestNode.StartAsync("", Nats);
        using var client = NatsTestClient.Connect(node.Address("nats"));
        client.Say("SUB a 1\nPUB a 1\n1\nUNSUB 1 3\nPUB a 1\n2\nPUB a 1\n3\nPUB a 1\n4\n");
        Assert.Equal("MSG a 1 1\n1\nMSG a 1 1\n2\nMSG a 1 1\n3\n", client.Settle());
        client.Say("SUB a 1\nPUB a 1\n5\nUNSUB 1 1\nPUB a 1\n6\n");
        Assert.Equal("MSG a 1 1\n5\n", client.Settle());
    }

    [Fact]
    public async Task Last_message_of_a_maximum_comes_whatever_the_subscription_is_called_and_whoever_runs_beside_it()
    {
        await using var node = await TestNode.StartAsync("", Nats);
        using var subscriber = NatsTestClient.Connect(node.Address("nats"));
        using var between = NatsTestClient.Connect(node.Address("nats")); // the one after it is on another loop
        using var publisher = NatsTestClient.Connect(node.Address("nats"));
        const int Count = 3_000;
        var all = Enumerable.Range(0, Count).ToList();
        subscriber.Say(string.Concat(all.Select(i => $"SUB s.{i} x-{i}\nUNSUB x-{i} 1\n")));
        subscriber.Sync();
        publisher.Say(string.Concat(all.Select(i => $"PUB s.{i} 1\nm\n")));
        publisher.Sync();
        Assert.Equal(all.Select(i => $"MSG s.{i} x-{i} 1\nm\n"), subscriber.Settle().Split("MSG ", StringSplitOptions.RemoveEmptyEntries).Select(text => "MSG " + text));
    }

    [Fact]
    public async Task Own_messages_do_not_come_back_with_echo_off()
    {
        await using var node = await TestNode.StartAsync("", Nats);
        using var quiet = NatsTestClient.Connect(node.Address("nats"), "\"echo\":false");
        using var other = NatsTestClient.Connect(node.Address("nats"));
        quiet.Say("SUB a 1\nPUB a 1\nx\n");
        Assert.Equal("", quiet.Settle());
        other.Say("PUB a 1\ny\n");
        other.Sync();
        Assert.Equal("MSG a 1 1\ny\n", quiet.Settle());
    }

    [Fact]
    public async Task Native_and_nats_clients_share_one_subject_space()
    {
        await using var node = await TestNode.StartAsync("", TestNode.Tcp, Nats);
        using var nats = NatsTestClient.Connect(node.Address("nats"));
        using var native = node.Connect();
        nats.Say("SUB a.> 1\n");
        nats.Sync();
        native.Send(4, 1, "a.*");
        native.Sync();

        nats.Say("PUB a.x 4\nfrom\n");
        Assert.Equal("MSG a.x 1 4\nfrom\n", nats.Settle());
        Assert.Equal(["[3,\"a.x\",'from']"], native.Settle());
        native.Send(3, "a.y", "there"u8.ToArray(), "re.ply");
        Assert.Equal(["[3,\"a.y\",'there',\"re.ply\"]"], native.Settle());
        Assert.Equal("MSG a.y 1 re.ply 5\nthere\n", nats.Settle());
    }

    [Fact]
    public async Task Headers_cross_over_both_ways()
    {
        await using var node = await TestNode.StartAsync("", TestNode.Tcp, Nats);
        using var nats = NatsTestClient.Connect(node.Address("nats"));
        using var plain = NatsTestClient.Connect(node.Address("nats"), "\"headers\":false,\"no_responders\":false");
        using var native = node.Connect();
        nats.Say("SUB a 1\n");
        nats.Sync();
        plain.Say("SUB a 1\n");
        plain.Sync();
        native.Send(4, 1, "a");
        native.Sync();

        var block = "NATS/1.0\nK: v\nK: w\n\n";
        nats.Say($"HPUB a r {block.Length + 4} {block.Length + 4 + 2}\n{block}hi\n");
        Assert.Equal($"HMSG a 1 r {block.Length + 4} {block.Length + 4 + 2}\n{block}hi\n", nats.Settle());
        Assert.Equal(["[3,\"a\",'hi',\"r\",{\"K\":[\"v\",\"w\"]}]"], native.Settle());
        Assert.Equal("MSG a 1 r 2\nhi\n", plain.Settle());

        native.Send(3, "a", "yo"u8.ToArray(), Value.Nil, Value.Map(("status", "503"), ("X", Value.List("1", "2"))));
        native.Settle();
        block = "NATS/1.0 503\nX: 1\nX: 2\n\n";
        Assert.Equal($"HMSG a 1 {block.Length + 4} {block.Length + 4 + 2}\n{block}yo\n", nats.Settle());
        Assert.Equal("MSG a 1 2\nyo\n", plain.Settle());
    }

    [Fact]
    public async Task Request_and_answer_cross_over_both_ways()
    {
        await using var node = await TestNode.StartAsync("", TestNode.Tcp, Nats);
        using var nats = NatsTestClient.Connect(node.Address("nats"));
        using var native = node.Connect();
        nats.Say("SUB nats.service 1\nSUB _INBOX.me.* 2\n");
        nats.Sync();
        native.Send(4, 1, "native.service");
        native.Sync();

        native.Send(3, "nats.service", "?"u8.ToArray(), native.Inbox + ".1");
        native.Sync();
        Assert.Equal($"MSG nats.service 1 {native.Inbox}.1 1\n?\n", nats.Settle());
        nats.Say($"PUB {native.Inbox}.1 1\n!\n");
        nats.Sync();
        Assert.Equal([$"[6,0,\"{native.Inbox}.1\",'!']"], native.Settle());

        nats.Say("PUB native.service _INBOX.me.7 1\n?\n");
        nats.Sync();
        Assert.Equal(["[3,\"native.service\",'?',\"_INBOX.me.7\"]"], native.Settle());
        native.Send(3, "_INBOX.me.7", "!"u8.ToArray());
        native.Sync();
        Assert.Equal("MSG _INBOX.me.7 2 1\n!\n", nats.Settle());
    }

    [Theory]
    [InlineData("nobody.there")]
    [InlineData("$JS.API.INFO")]
    public async Task Request_that_nobody_hears_is_answered_with_503_at_once(string subject)
    {
        await using var node = await TestNode.StartAsync("", Nats);
        using var client = NatsTestClient.Connect(node.Address("nats"));
        using var old = NatsTestClient.Connect(node.Address("nats"), "\"no_responders\":false");
        foreach (var asker in new[] { client, old })
            asker.Say($"SUB _INBOX.x.* 4\nPUB {subject} _INBOX.x.1 0\n\nPUB {subject} elsewhere 0\n\n");
        Assert.Equal("HMSG _INBOX.x.1 4 16 16\nNATS/1.0 503\n\n\n", client.Settle());
        Assert.Equal("", old.Settle());
    }

    /// <summary>Sizes around every border of the data plane, torn into random pieces, from and to both protocols.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Messages_of_all_sizes_arrive_whole_and_in_order_however_they_are_torn(int seed)
    {
        var random = new Random(seed);
        await using var node = await TestNode.StartAsync("", TestNode.Tcp, Nats);
        using var publisher = NatsTestClient.Connect(node.Address("nats"));
        using var nats = NatsTestClient.Connect(node.Address("nats"));
        using var native = node.Connect();
        nats.Say("SUB a.> 1\n");
        nats.Sync();
        native.Send(4, 1, "a.>");
        native.Sync();

        int[] sizes = [0, 1, 127, 128, 1023, 1024, 4095, 4096, 4097, 16 * 1024, 256 * 1024, 1024 * 1024];
        var sent = Enumerable.Range(0, 60).Select(i => (Subject: $"a.{i % 3}", Payload: Text(random, i < sizes.Length ? sizes[i] : random.Next(6000)))).ToList();
        var stream = Encoding.Latin1.GetBytes(string.Concat(sent.Select(m => $"PUB {m.Subject} {m.Payload.Length}\r\n{m.Payload}\r\n")));
        var saying = Blocking.Run(() =>
        {
            for (var at = 0; at < stream.Length;)
            {
                var piece = Math.Min(stream.Length - at, random.Next(4) == 0 ? random.Next(1, 9) : random.Next(1, 100_000));
                publisher.SayBytes(stream.AsSpan(at, piece));
                at += piece;
            }
        });
        foreach (var (subject, payload) in sent)
        {
            Assert.Equal($"MSG {subject} 1 {payload.Length}\n{payload}\n", nats.HearUntil("\n") + "\n" + nats.HearUntil("\n") + "\n");
            Assert.Equal($"[3,\"{subject}\",'{payload}']", native.Receive());
        }

        await saying;
        // And on, now with native frames as source.
        foreach (var (subject, payload) in sent)
            native.Send(3, subject, Encoding.Latin1.GetBytes(payload));
        foreach (var (subject, payload) in sent)
            Assert.Equal($"MSG {subject} 1 {payload.Length}\n{payload}\n", nats.HearUntil("\n") + "\n" + nats.HearUntil("\n") + "\n");
        native.Receive(sent.Count);
    }

    [Fact]
    public async Task Many_publishers_and_subscribers_lose_nothing_and_keep_each_publishers_order()
    {
        const int Clients = 4, Count = 3000;
        await using var node = await TestNode.StartAsync("", Nats);
        var subscribers = Enumerable.Range(0, Clients).Select(i => NatsTestClient.Connect(node.Address("nats"))).ToList();
        for (var i = 0; i < Clients; i++)
        {
            // Two with the same number share an encoding, two have their own.
            subscribers[i].Say($"SUB load.* {(i < 2 ? 1 : i + 10)}\n");
            subscribers[i].Sync();
        }

        var publishers = Enumerable.Range(0, Clients).Select(i => NatsTestClient.Connect(node.Address("nats"))).ToList();
        var saying = publishers.Select((client, p) => Blocking.Run(() =>
        {
            for (var i = 0; i < Count; i++)
                client.Say($"PUB load.{p} {i.ToString().Length}\n{i}\n");
        })).ToList();
        var hearing = subscribers.Select(client => Blocking.Run(() =>
        {
            var next = new int[Clients];
            for (var i = 0; i < Clients * Count; i++)
            {
                var line = client.HearLine();
                var publisher = line["MSG load.".Length] - '0';
                Assert.Equal(next[publisher]++.ToString(), client.HearLine());
            }
        })).ToList();
        await Task.WhenAll(saying);
        await Task.WhenAll(hearing).WaitAsync(TimeSpan.FromSeconds(30));
        subscribers.Concat(publishers).ToList().ForEach(client => client.Dispose());
    }

    /// <summary>The messages, each with its payload; among several subscriptions of one client there is no order.</summary>
    private static IEnumerable<string> Sorted(string heard) =>
        Regex.Matches(heard, @"(MSG .*)\n(.*)\n").Select(message => $"{message.Groups[1]}\n{message.Groups[2]}").Order(StringComparer.Ordinal);

    private static string Text(Random random, int length) =>
        string.Create(length, random, static (text, random) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = (char)random.Next('a', 'z');
        });
}
