using Anode.Messages;
using Anode.Tests.Protocols.Native;
using Anode.Tests.Support;
using Xunit;
using static Anode.Tests.Relay.SessionTests;

namespace Anode.Tests.Relay;

/// <summary>Every refusal of the contract: its code, and whether the connection goes on.</summary>
public class LimitTests
{
    [Fact]
    public async Task Payload_that_is_too_large_in_a_frame_that_fits_keeps_the_connection()
    {
        await using var node = await TestNode.StartAsync("limits.payload-bytes = 4KiB");
        using var client = node.Connect();
        client.Send(4, 1, "a");
        client.Send(3, "a", new byte[4097]);
        client.Send(3, "a", "x");
        client.Send(3, "b", new byte[4096]);

        Assert.Equal(["[10,\"payload-too-large\",\"a payload has at most 4096 bytes\"]", "[3,\"a\",\"x\"]"], client.Settle());
    }

    [Theory]
    [InlineData("00000000", "bad-frame")]
    [InlineData("FFFFFFFF", "frame-too-large")]
    [InlineData("80000000", "frame-too-large")]
    [InlineData("00001401", "frame-too-large")]
    public async Task Frame_of_impossible_length_closes_on_its_four_bytes(string prefix, string code)
    {
        await using var node = await TestNode.StartAsync("limits { payload-bytes = 4KiB, frame-overhead-bytes = 1KiB }");
        using var client = node.Connect();
        using var stranger = node.Dial();
        var record = node.RecordOf(client);

        client.SendBytes(Convert.FromHexString(prefix));
        stranger.SendBytes(Convert.FromHexString(prefix));

        AssertClosed(code, client);
        AssertClosed(code, stranger);
        client.Dispose();
        Eventually.Equal(code, () => record.CloseReason?.Code());
    }

    [Fact]
    public async Task Longest_frame_is_taken()
    {
        await using var node = await TestNode.StartAsync("limits { payload-bytes = 4KiB, frame-overhead-bytes = 1KiB }");
        using var client = node.Connect();
        var body = Value.List(3, "a", new byte[4096], Value.Nil, Value.Nil, new byte[1024 - 12]).Encode();
        Assert.Equal(5 * 1024, body.Length);
        client.Send(4, 1, "a");

        client.SendBytes(NativeTestClient.Frame(body));

        Assert.Equal(body, client.ReceiveBody());
    }

    [Fact]
    public async Task Subscription_beyond_the_limit_is_refused_and_the_others_stay()
    {
        await using var node = await TestNode.StartAsync("limits.subscriptions-per-connection = 2");
        using var client = node.Connect();
        for (var sid = 1; sid <= 3; sid++)
            client.Send(4, sid, $"s{sid}");
        client.Send(5, 1);
        client.Send(4, 4, "s4");
        for (var i = 1; i <= 4; i++)
            client.Send(3, $"s{i}", "x");

        Assert.Equal(
            ["[10,\"too-many-subscriptions\",\"a connection has at most 2 subscriptions\"]", "[3,\"s2\",\"x\"]", "[3,\"s4\",\"x\"]"], client.Settle());
    }

    [Fact]
    public async Task Reserved_subjects_are_forbidden_to_publish_and_their_neighbours_are_not()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        client.Send(4, 1, ">");
        foreach (var subject in new[] { "$", "$SYS.x", "$x", "_inbox" })
        {
            client.Send(3, subject, "x");
            Assert.Equal(["[10,\"forbidden\",\"subjects that begin with $ or _inbox are the node's own\"]"], client.Settle());
        }

        foreach (var subject in new[] { "x$", "_inboxes.x", "a._inbox.x", "a.$" })
        {
            client.Send(3, subject, "x");
            Assert.Equal([$"[3,\"{subject}\",\"x\"]"], client.Settle());
        }
    }

    public static TheoryData<string> NoSubjects => [.. new[]
    {
        "", new string('x', 256), ".", "a.", ".a", "a..b", "a b", "a\tb", "a\nb", "a\0", "a.*", "*", ">", "a.>", "a\u00a0b", "a\u2028b", "a\u007fb",
    }];

    [Theory]
    [MemberData(nameof(NoSubjects))]
    public async Task Text_that_is_no_subject_is_refused_wherever_one_belongs(string text)
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        client.Send(3, text, "x");
        client.Send(12, 1, text, "x");
        if (text.Length > 0)
            client.Send(3, "a", "x", text);
        if (text.Length > 0)
            client.Send(4, 2, "a", text);
        if (!text.Contains('*') && !text.Contains('>'))
            client.Send(4, 2, text);

        var got = client.Settle();
        Assert.NotEmpty(got);
        Assert.All(got, frame => Assert.StartsWith("[10,\"bad-subject\",", frame));
        Assert.Equal(0, node.RecordOf(client).Subscriptions);
    }

    [Fact]
    public async Task Subject_of_255_bytes_and_of_128_tokens_is_taken()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        client.Send(4, 1, ">");
        foreach (var subject in new[] { new string('x', 255), string.Join('.', Enumerable.Repeat("x", 128)), string.Concat(Enumerable.Repeat("ü", 127)) })
        {
            client.Send(3, subject, "");
            Assert.Equal([$"[3,\"{subject}\",\"\"]"], client.Settle());
        }
    }

    [Theory]
    [InlineData("FF")]
    [InlineData("C0AF")]
    [InlineData("E28028")]
    [InlineData("EDA080")]
    public async Task Invalid_utf8_is_refused_wherever_text_belongs(string hex)
    {
        var text = Convert.FromHexString(hex);
        var bad = Value.Raw([(byte)(0xA0 | text.Length), .. text]);
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        client.Send(3, bad, "x");
        client.Send(4, 1, bad);
        client.Send(3, "a", "x", bad);
        var got = client.Settle();
        Assert.Equal(3, got.Count);
        Assert.All(got, frame => Assert.StartsWith("[10,\"bad-subject\",", frame));

        foreach (var frame in new[]
        {
            NativeTestClient.Frame(4, 1, "a", bad), NativeTestClient.Frame(3, "a", "x", Value.Nil, Value.Map((bad, "v"))),
            NativeTestClient.Frame(3, "a", "x", Value.Nil, Value.Map(("k", Value.List("v", bad)))), NativeTestClient.Frame(11, bad),
        })
        {
            using var other = node.Connect();
            other.SendBytes(frame);
            AssertClosed("bad-frame", other);
        }

        using var stranger = node.Dial();
        stranger.Send(1, Value.Map(("version", 1), ("name", bad)));
        AssertClosed("bad-hello", stranger);
    }

    [Fact]
    public async Task Text_of_a_payload_is_passed_on_without_being_read()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        client.Send(4, 1, "a");
        var body = Value.List(3, "a", Value.Raw(0xA2, 0xFF, 0xFE)).Encode();

        client.SendBytes(NativeTestClient.Frame(body));

        Assert.Equal(body, client.ReceiveBody());
    }

    [Fact]
    public async Task Unknown_kinds_are_told_and_skipped()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Connect();
        var kinds = new Value[] { 0, 2, 6, 9, 10, 13, 14, 19, 20, 63, 64, 255, 256, 259, -1, -253, long.MaxValue, ulong.MaxValue };
        foreach (var kind in kinds)
            client.Send(kind, "anything", Value.Map((1, 2)));

        var got = client.Settle();
        Assert.Equal(kinds.Length, got.Count);
        Assert.All(got, frame => Assert.StartsWith("[10,\"unknown-kind\",", frame));
        Assert.Contains("for links between nodes", got[8]);
    }

    /// <summary>Per kind the items as they should be; each is replaced in turn by values of every other type.</summary>
    private static readonly (Value[] Items, string Allowed)[] Kinds =
    [
        ([3, "a", "x"u8.ToArray(), "r", Value.Map(("k", "v"))], "1:s 2:sb 3:sn 4:mn"),
        ([12, 1, "a", "x", "r", Value.Map(("k", "v"))], "1:i 2:s 3:sb 4:sn 5:mn"),
        ([4, 1, "a", "q", 5], "1:i 2:s 3:sn 4:in"),
        ([5, 1, 5], "1:i 2:in"),
        ([11, "bye", 5, Value.List("tcp://a:1")], "1:s 2:in 3:an"),
    ];

    private static readonly Dictionary<char, Value> ByType = new()
    {
        ['i'] = 7,
        ['s'] = "text",
        ['b'] = new byte[] { 1 },
        ['n'] = Value.Nil,
        ['m'] = Value.Map(("a", "b")),
        ['a'] = Value.List("a"),
        ['t'] = Value.True,
        ['-'] = -1,
        ['f'] = Value.Raw(0xCA, 0, 0, 0, 0),
        ['e'] = Value.Raw(0xD4, 1, 2),
        ['!'] = Value.Raw(0xC1),
        ['M'] = Value.Map((1, 2)),
        ['A'] = Value.List(1),
        ['d'] = Value.Raw(0xDE, 0xFF, 0xFF),
        ['0'] = Value.Raw(),
    };

    [Fact]
    public async Task Wrong_type_in_any_item_of_any_kind_closes()
    {
        await using var node = await TestNode.StartAsync();
        foreach (var (items, allowed) in Kinds)
        {
            foreach (var entry in allowed.Split(' '))
            {
                var at = entry[0] - '0';
                foreach (var (type, value) in ByType.Where(pair => !entry[2..].Contains(pair.Key)))
                {
                    using var client = node.Connect();
                    var changed = items.ToArray();
                    changed[at] = value;
                    client.Send(changed);
                    var got = client.ReceiveToEnd();
                    Assert.True(got.Count == 2 && got[0].StartsWith("[10,\"bad-frame\",", StringComparison.Ordinal) && got[1] == "EOF",
                        $"kind {items[0]} item {at} as {type}: {string.Join(" ", got)}");
                }
            }
        }
    }

    [Fact]
    public async Task Missing_items_bytes_behind_and_sid_0_close()
    {
        await using var node = await TestNode.StartAsync();
        foreach (var body in new byte[][]
        {
            Value.List(3).Encode(), Value.List(3, "a").Encode(), Value.List(12, 1, "a").Encode(), Value.List(12).Encode(), Value.List(4).Encode(),
            Value.List(4, 1).Encode(), Value.List(5).Encode(), Value.List(11).Encode(), Value.List(4, 0, "a").Encode(), Value.List(5, 0).Encode(),
            Value.List().Encode(), Value.List(Value.Nil).Encode(), [0xC1], [0x93, 3], "GET / HTTP/1.1\r\n\r\n"u8.ToArray(),
            [.. Value.List(7).Encode(), 0], [.. Value.List(3, "a", "x").Encode(), .. Value.List(3, "a", "x").Encode()],
        })
        {
            using var client = node.Connect();
            client.SendBytes(NativeTestClient.Frame(body));
            AssertClosed("bad-frame", client);
        }
    }

    [Fact]
    public async Task What_came_before_the_offence_is_still_delivered()
    {
        await using var node = await TestNode.StartAsync();
        using var subscriber = node.Connect();
        subscriber.Send(4, 1, "a");
        subscriber.Sync();
        using var client = node.Connect();

        client.SendBytes([.. NativeTestClient.Frame(3, "a", "before"), 0, 0, 0, 0, .. NativeTestClient.Frame(3, "a", "after")]);

        AssertClosed("bad-frame", client);
        Assert.Equal(["[3,\"a\",\"before\"]"], subscriber.Settle());
    }

    [Fact]
    public async Task Closing_error_arrives_before_the_end_although_the_client_goes_on_sending()
    {
        await using var node = await TestNode.StartAsync();
        for (var round = 0; round < 5; round++)
        {
            using var client = node.Connect();
            var flood = new byte[8 * 1024 * 1024];
            Threads.Run(
                () => client.SendBytes(flood), // begins with a frame of length 0
                () => AssertClosed("bad-frame", client));
        }
    }

    [Fact]
    public async Task Client_that_asks_and_never_reads_the_answers_is_closed_within_its_bound()
    {
        await using var node = await TestNode.StartAsync(
            "limits { payload-bytes = 4KiB, frame-overhead-bytes = 1KiB, pending-bytes = 64KiB }, timeouts.linger = 100ms");
        using var client = node.Connect();
        var record = node.RecordOf(client);
        var questions = Enumerable.Range(0, 10_000).SelectMany(_ => NativeTestClient.Frame(7, "0123456789")).ToArray();
        var most = 0L;

        Assert.ThrowsAny<System.Net.Sockets.SocketException>(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                client.SendBytes(questions);
                most = Math.Max(most, node.Pool.RentedBytes);
            }
        });

        Eventually.Equal(CloseReason.SlowConsumer, () => record.CloseReason);
        Assert.InRange(most, 0, 8 * 1024 * 1024);
    }
}
