using System.Net.Sockets;
using Anode.Tests.Protocols.Native;
using Anode.Tests.Support;
using CsCheck;
using Xunit;

namespace Anode.Tests.Relay;

/// <summary>Peers that are broken, slow or malicious: nothing of them stays, and a bystander notices nothing.</summary>
public class HostileTests
{
    private const int Mebibyte = 1024 * 1024;

    /// <summary>A session with everything in it, and what it is answered after WELCOME.</summary>
    private static readonly Value[] Session =
    [
        Value.List(1, Value.Map(("version", 1), ("name", "x"), ("echo", Value.True), ("unknown", Value.List(1, Value.Nil)))),
        Value.List(4, 1, "s.*", Value.Nil, 100), Value.List(4, 2, "s.q", "group"), Value.List(3, "s.a", "one"u8.ToArray()),
        Value.List(3, "s.q", "two", "s.r", Value.Map(("k", "v"), ("l", Value.List("a", "b")))), Value.List(12, 9, "s.a", "three"), Value.List(5, 2),
        Value.List(3, "s.q", "four"), Value.List(8, "pong"), Value.List(7, Value.List(1, "end")),
    ];

    private static readonly string[] Answers =
    [
        "[3,\"s.a\",'one']", "[3,\"s.q\",\"two\",\"s.r\",{\"k\":\"v\",\"l\":[\"a\",\"b\"]}]", "[6,2,\"s.q\",\"two\",\"s.r\",{\"k\":\"v\",\"l\":[\"a\",\"b\"]}]",
        "[3,\"s.a\",\"three\"]", "[9,9,{\"receivers\":1}]", "[3,\"s.q\",\"four\"]", "[8,[1,\"end\"]]",
    ];

    [Fact]
    public async Task One_byte_at_a_time_is_understood()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.Dial();

        foreach (var frame in Session.Select(item => NativeTestClient.Frame(item.Encode())))
        {
            foreach (var b in frame)
                client.SendBytes([b]);
        }

        Assert.StartsWith("[2,", client.Receive());
        AssertAnswers(client);
    }

    [Fact]
    public async Task Every_legal_encoding_of_every_item_is_accepted()
    {
        await using var node = await TestNode.StartAsync();
        // Every form of every value by itself, then random mixtures.
        for (var form = 0; form < 9; form++)
            Check(_ => form);
        Gen.Int[0, 1000].Array[200].Sample(forms => Check(at => forms[at % forms.Length]), iter: 150, threads: 1);

        void Check(Func<int, int> formOf)
        {
            using var client = node.Dial();
            client.SendBytes([.. Session.SelectMany(item => NativeTestClient.Frame(item.Encode(formOf)))]);
            Assert.StartsWith("[2,", client.Receive());
            AssertAnswers(client);
            client.Dispose();
            Eventually.Equal(0, () => node.View.Relay.Index.Count);
        }
    }

    [Fact]
    public async Task Session_cut_at_any_byte_by_fin_reset_or_silence_leaves_nothing_behind()
    {
        await using var node = await TestNode.StartAsync("timeouts.hello = 5m"); // the silent ones stay as long as they like
        using var bystander = new Bystander(node);
        var bytes = Session.SelectMany(item => NativeTestClient.Frame(item.Encode())).ToArray();
        var silent = new List<NativeTestClient>();
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            using var ends = node.Dial();
            ends.SendBytes(bytes.AsSpan(0, cut));
            ends.Socket.Shutdown(SocketShutdown.Send);
            using var resets = node.Dial();
            resets.SendBytes(bytes.AsSpan(0, cut));
            resets.Abort();
            silent.Add(node.Dial());
            silent[^1].SendBytes(bytes.AsSpan(0, cut));
            if (cut % 20 == 0)
                bystander.IsUndisturbed();
            Assert.Equal(NativeTestClient.Eof, ends.ReceiveToEnd()[^1]);
        }

        bystander.IsUndisturbed();
        Eventually.Equal(silent.Count + Bystander.Connections, () => node.View.Sockets.Connections.OpenCount);
        foreach (var client in silent)
            client.Dispose();
        Eventually.Equal(Bystander.Connections, () => node.View.Sockets.Connections.OpenCount);
        Eventually.Equal(1, () => node.View.Relay.Index.Count);
    }

    [Fact]
    public async Task Garbage_is_refused_and_forgotten()
    {
        await using var node = await TestNode.StartAsync("timeouts.hello = 1s");
        using var bystander = new Bystander(node);
        var hello = NativeTestClient.Frame(1, Value.Map(("version", 1)));
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Byte.Array[1, 600]).Sample((greets, frames, bytes) =>
        {
            using var client = node.Dial();
            client.SendBytes([.. greets ? hello : [], .. frames ? NativeTestClient.Frame(bytes) : bytes]);
            client.Socket.Shutdown(SocketShutdown.Send);
            Assert.Contains(client.ReceiveToEnd()[^1], new[] { NativeTestClient.Eof, NativeTestClient.Reset });
        }, iter: 400, threads: 1);
        Eventually.Equal(Bystander.Connections, () => node.View.Sockets.Connections.OpenCount);
        bystander.IsUndisturbed();
    }

    [Fact]
    public async Task Nesting_bombs_are_refused_wherever_they_stand()
    {
        await using var node = await TestNode.StartAsync();
        var lists = Value.Raw(Enumerable.Repeat((byte)0x91, 500_000).ToArray());
        var maps = Value.Raw(Enumerable.Repeat(new byte[] { 0x81, 0xA1, 0x78 }, 200_000).SelectMany(pair => pair).ToArray());
        var counts = Value.Raw(Enumerable.Repeat(new byte[] { 0xDD, 0xFF, 0xFF, 0xFF, 0xFF }, 1000).SelectMany(head => head).ToArray());
        foreach (var bomb in new[] { lists, maps, counts })
        {
            foreach (var frame in new[]
            {
                NativeTestClient.Frame(7, bomb), NativeTestClient.Frame(3, "a", "x", Value.Nil, bomb), NativeTestClient.Frame(3, "a", "x", Value.Nil, Value.Nil, bomb),
                NativeTestClient.Frame(99, bomb), NativeTestClient.Frame(bomb.Encode()), NativeTestClient.Frame(8, 1, bomb),
            })
            {
                using var client = node.Connect();
                client.SendBytes(frame);
                SessionTests.AssertClosed("bad-frame", client);
            }

            using var stranger = node.Dial();
            stranger.Send(1, Value.Map(("version", 1), ("x", bomb)));
            SessionTests.AssertClosed("bad-hello", stranger);
        }
    }

    [Fact]
    public async Task Resets_in_the_handshake_and_callers_that_never_speak_leave_nothing_behind()
    {
        await using var node = await TestNode.StartAsync("timeouts.hello = 300ms");
        using var bystander = new Bystander(node);
        var silent = Enumerable.Range(0, 100).Select(_ => node.Dial()).ToList();
        for (var i = 0; i < 300; i++)
            node.Dial().Abort();

        bystander.IsUndisturbed();
        foreach (var client in silent)
            SessionTests.AssertClosed("bad-hello", client);
        silent.ForEach(client => client.Dispose());
        Eventually.Equal(Bystander.Connections, () => node.View.Sockets.Connections.OpenCount);
    }

    [Fact]
    public async Task Subscribers_and_publishers_that_reset_under_traffic_cost_the_others_nothing()
    {
        await using var node = await TestNode.StartAsync();
        using var subscriber = node.Connect();
        subscriber.Send(4, 1, "t");
        subscriber.Sync();
        var burst = Enumerable.Range(0, 50).SelectMany(i => NativeTestClient.Frame(3, "t", new byte[500])).ToArray();
        var done = false;
        Threads.Run(
            () =>
            {
                using var publisher = node.Connect();
                for (var i = 0; i < 400; i++)
                    publisher.SendBytes(burst);
                publisher.Sync();
                Volatile.Write(ref done, true);
            },
            () =>
            {
                for (var i = 0; i < 400 * 50; i++)
                    Assert.Equal(burst.Length / 50 - 4, subscriber.ReceiveBody()!.Length);
            },
            () =>
            {
                while (!Volatile.Read(ref done))
                {
                    using var hasty = node.Connect();
                    hasty.Send(4, 1, ">");
                    hasty.Send(7);
                    hasty.Receive();
                    hasty.Abort();
                }
            },
            () =>
            {
                while (!Volatile.Read(ref done))
                {
                    using var hasty = node.Connect();
                    hasty.SendBytes(NativeTestClient.Frame(3, "other", new byte[100_000]).AsSpan(0, 50_000));
                    hasty.Abort();
                }
            });

        Assert.Empty(subscriber.Settle());
    }

    [Fact]
    public async Task Announced_large_frames_that_drip_cost_memory_only_as_they_come()
    {
        await using var node = await TestNode.StartAsync();
        var drips = Enumerable.Range(0, 500).Select(_ => node.Connect()).ToList();
        var frame = NativeTestClient.Frame(3, "a", new byte[Mebibyte]);

        Drip(0, 10);
        Assert.InRange(node.Pool.RentedBytes, 0, 500 * 4 * 1024);
        Drip(10, 2000);
        Assert.InRange(node.Pool.RentedBytes, 0, 500 * 4 * 1024);
        Drip(2000, 10_000);
        // Four times what is there, in a power of two; and a few that are just being left for a larger one.
        Assert.InRange(node.Pool.RentedBytes, 0, 500 * 64 * 1024 + Mebibyte);
        foreach (var client in drips)
            client.Dispose();
        Eventually.Equal(0, () => node.Pool.RentedBytes);

        void Drip(int from, int to)
        {
            foreach (var client in drips)
                client.SendBytes(frame.AsSpan(from, to - from));
            var heard = drips.Select(node.RecordOf).ToList();
            Eventually.Holds(() => heard.All(record => record.BytesIn > to), () => "not all was read");
        }
    }

    private static void AssertAnswers(NativeTestClient client) => Assert.Equal(Answers, client.Receive(Answers.Length));

    /// <summary>Two clients that talk to each other and to nobody else.</summary>
    private sealed class Bystander : IDisposable
    {
        public const int Connections = 2;

        private readonly NativeTestClient _publisher;
        private readonly NativeTestClient _subscriber;
        private int _sent;

        public Bystander(TestNode node)
        {
            (_publisher, _subscriber) = (node.Connect(), node.Connect());
            _subscriber.Send(4, 1, "bystander.>");
            _subscriber.Sync();
        }

        public void IsUndisturbed()
        {
            _publisher.Send(3, "bystander.x", $"{++_sent}");
            Assert.Equal($"[3,\"bystander.x\",\"{_sent}\"]", _subscriber.Receive());
        }

        public void Dispose()
        {
            _publisher.Dispose();
            _subscriber.Dispose();
        }
    }
}
