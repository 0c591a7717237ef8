using System.Buffers.Binary;
using Anode.Messages;
using Anode.Tests.Protocols.Native;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Relay;

/// <summary>Order and completeness under load, and what one bad consumer costs the others: nothing.</summary>
public class LoadTests
{
    private const int SmallestBuffer = 4096;

    [Fact]
    public async Task Four_publishers_and_four_subscribers_see_no_gap_no_duplicate_and_no_disorder()
    {
        const int Publishers = 4, Subscribers = 4, Messages = 50_000;
        await using var node = await TestNode.StartAsync();
        var subscribers = Enumerable.Range(0, Subscribers).Select(_ => node.Connect()).ToArray();
        foreach (var subscriber in subscribers)
        {
            subscriber.Send(4, 1, "load.>");
            subscriber.Send(4, 2, "load.*");
            subscriber.Sync();
        }

        Threads.Run(
        [
            .. Enumerable.Range(0, Publishers).Select(p => (Action)(() => Publish(node, p, Messages))),
            .. subscribers.Select(subscriber => (Action)(() => new Sequences(Publishers).Take(subscriber, Publishers * Messages))),
        ]);

        foreach (var subscriber in subscribers)
        {
            Assert.Empty(subscriber.Settle());
            subscriber.Dispose();
        }

        Assert.Equal(Publishers * Messages, node.View.Relay.Counters.Published);
        Assert.Equal(Publishers * Messages * Subscribers, node.View.Relay.Counters.Delivered);
    }

    [Fact]
    public async Task Subscriber_that_never_reads_is_closed_with_its_reason_and_the_others_get_everything()
    {
        const int Messages = 40_000, Pending = 1024 * 1024;
        await using var node = await TestNode.StartAsync(
            "limits { payload-bytes = 16KiB, pending-bytes = 1MiB, max-slab-bytes = 32KiB, slow-consumer-hold = 50ms }, timeouts.linger = 200ms");
        using var stuck = NativeTestClient.Dial(node.Address(), socket => socket.ReceiveBufferSize = SmallestBuffer);
        stuck.Hello();
        stuck.Send(4, 1, ">");
        stuck.Sync();
        var record = node.RecordOf(stuck);
        using var subscriber = node.Connect();
        subscriber.Send(4, 1, ">");
        subscriber.Sync();
        var most = 0L;

        Threads.Run(
            () =>
            {
                using var publisher = node.Connect();
                for (var i = 0; i < Messages; i++)
                {
                    publisher.Send(3, "p0", Numbered(i, 1000));
                    most = Math.Max(most, node.Pool.RentedBytes);
                }

                publisher.Sync();
            },
            () => new Sequences(1).Take(subscriber, Messages));

        Eventually.Equal(CloseReason.SlowConsumer, () => record.CloseReason);
        // One source's slabs and scratch, the copy buffers of two destinations, one gather list in flight.
        Assert.InRange(most, 0, Pending + 4 * 1024 * 1024);
        Assert.Empty(subscriber.Settle());
    }

    [Fact]
    public async Task Subscriber_that_reads_a_little_now_and_then_does_not_set_the_pace_of_the_others()
    {
        const int Messages = 16_000;
        await using var node = await TestNode.StartAsync("limits { max-slab-bytes = 32KiB, slow-consumer-hold = 50ms }, timeouts.linger = 200ms",
            TestNode.Tcp, """{ address = "tcp://127.0.0.1:0", name = slow, send-buffer-bytes = 4KiB }""");
        using var dawdler = NativeTestClient.Dial(node.Address("slow"), socket => socket.ReceiveBufferSize = SmallestBuffer);
        dawdler.Hello();
        dawdler.Send(4, 1, ">");
        dawdler.Sync();
        using var subscriber = node.Connect();
        subscriber.Send(4, 1, ">");
        subscriber.Sync();
        using var done = new ManualResetEventSlim();
        var sips = 0L;

        Threads.Run(
            () => Publish(node, 0, Messages, size: 1000),
            () =>
            {
                new Sequences(1).Take(subscriber, Messages);
                done.Set();
            },
            () =>
            {
                // Always some progress, and never enough: 200 KB in a second.
                var buffer = new byte[SmallestBuffer];
                while (!done.Wait(TimeSpan.FromMilliseconds(20)))
                    sips += dawdler.Socket.Receive(buffer);
            });

        Assert.InRange(sips, 0, Messages * 1000 / 2);
        Assert.Empty(subscriber.Settle());
        Assert.Null(node.RecordOf(dawdler).CloseReason); // below its bound: nothing of its is lost, it only waits for it alone
    }

    [Fact]
    public async Task Slow_consumer_that_reads_again_in_time_misses_nothing()
    {
        const int Messages = 20_000;
        await using var node = await TestNode.StartAsync("limits.slow-consumer-hold = 50ms");
        using var slow = NativeTestClient.Dial(node.Address(), socket => socket.ReceiveBufferSize = SmallestBuffer);
        slow.Hello();
        slow.Send(4, 1, ">");
        slow.Sync();

        Publish(node, 0, Messages, size: 500); // the publisher's PONG comes although nobody reads
        new Sequences(1).Take(slow, Messages);

        Assert.Empty(slow.Settle());
    }

    [Fact]
    public async Task Dropping_endpoint_leaves_messages_out_whole_and_keeps_the_connection()
    {
        await using var node = await TestNode.StartAsync("limits { payload-bytes = 16KiB, pending-bytes = 128KiB, slow-consumer-hold = 50ms }",
            """{ address = "tcp://127.0.0.1:0", name = tcp, slow-consumer = drop, send-buffer-bytes = 4KiB }""");
        using var slow = NativeTestClient.Dial(node.Address(), socket => socket.ReceiveBufferSize = SmallestBuffer);
        slow.Hello();
        slow.Send(4, 1, ">");
        slow.Sync();
        using var publisher = node.Connect();
        for (var i = 0; i < 5000; i++)
            publisher.Send(3, "p0", Numbered(i, 1000));
        publisher.Sync();

        slow.Send(7);
        var numbers = new List<int>();
        for (byte[] body; (body = slow.ReceiveBody()!).Length > 100;)
            numbers.Add(BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(body.Length - 1000)));
        Assert.Equal(numbers.Order().Distinct(), numbers);
        Assert.InRange(numbers.Count, 64, 4999);
        Assert.Equal(5000 - numbers.Count, node.RecordOf(slow).Outlet!.DroppedMessages);
    }

    [Fact]
    public async Task Message_published_after_the_pong_of_a_subscription_always_arrives()
    {
        await using var node = await TestNode.StartAsync();
        var done = false;
        Threads.Run(
            () =>
            {
                using var client = node.Connect();
                using var publisher = node.Connect();
                for (var i = 1; i <= 1500; i++)
                {
                    client.Send(4, i, i % 2 == 0 ? "churn.x" : "churn.*");
                    Assert.Empty(client.Sync());
                    publisher.Send(3, "churn.x", $"{i}");
                    Assert.Equal($"[3,\"churn.x\",\"{i}\"]", client.Receive());
                    client.Send(5, i);
                    Assert.Empty(client.Sync());
                    publisher.Send(3, "churn.x", "nobody");
                    publisher.Sync();
                }

                Volatile.Write(ref done, true);
            },
            () => Churn(() => Volatile.Read(ref done)),
            () => Churn(() => Volatile.Read(ref done)));

        void Churn(Func<bool> isDone)
        {
            using var client = node.Connect(("echo", Value.False));
            for (var sid = 1; !isDone(); sid++)
            {
                client.Send(4, sid, $"other.{sid % 100}.>");
                client.Send(3, $"other.{sid % 50}.x", "noise");
                client.Send(5, sid - 20 > 0 ? sid - 20 : 1);
                if (sid % 50 == 0)
                    client.Sync();
            }
        }
    }

    [Fact]
    public async Task Requests_and_replies_of_many_find_their_askers()
    {
        const int Askers = 4, Requests = 2000;
        await using var node = await TestNode.StartAsync();
        var workers = Enumerable.Range(0, 2).Select(_ => node.Connect()).ToArray();
        foreach (var worker in workers)
        {
            worker.Send(4, 1, "work", "workers");
            worker.Sync();
        }

        Threads.Run(
        [
            .. workers.Select(worker => (Action)(() =>
            {
                for (string frame; (frame = worker.Receive()) is not "[8,\"end\"]";)
                {
                    var parts = frame.Split('"');
                    worker.Send(3, parts[5], parts[3] + " done");
                }
            })),
            () =>
            {
                Threads.Run(Askers, asker =>
                {
                    using var client = node.Connect();
                    for (var i = 0; i < Requests; i++)
                    {
                        client.Send(3, "work", $"{asker}.{i}", $"{client.Inbox}.{i}");
                        if (i >= 10)
                            client.Receive();
                    }

                    var rest = client.Receive(10);
                    Assert.All(rest, frame => Assert.Contains($"\"{asker}.", frame));
                });
                foreach (var worker in workers)
                    worker.Send(7, "end");
            },
        ]);
        foreach (var worker in workers)
            worker.Dispose();
    }

    private static void Publish(TestNode node, int publisher, int messages, int size = 64)
    {
        using var client = node.Connect();
        for (var i = 0; i < messages; i += 100)
            client.SendBytes([.. Enumerable.Range(i, 100).SelectMany(n => NativeTestClient.Frame(3, $"load.p{publisher}", Numbered(n, size)))]);
        client.Sync();
    }

    private static byte[] Numbered(int number, int size)
    {
        var payload = new byte[size];
        BinaryPrimitives.WriteInt32BigEndian(payload, number);
        return payload;
    }

    /// <summary>What has come from each publisher: its numbers, each exactly one more than the last.</summary>
    private sealed class Sequences(int publishers)
    {
        private readonly int[] _next = new int[publishers];

        public void Take(NativeTestClient client, int count)
        {
            for (var i = 0; i < count; i++)
            {
                // [3, fixstr "…p<digit>", bin8 or bin16]: the digit ends the subject, the number begins the payload.
                var body = client.ReceiveBody() ?? throw new EndOfStreamException($"ended after {i} of {count}");
                var subjectEnd = 3 + (body[2] & 0x1F);
                var publisher = body[subjectEnd - 1] - '0';
                var payload = subjectEnd + (body[subjectEnd] == 0xC4 ? 2 : 3);
                Assert.Equal(_next[publisher]++, BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(payload)));
            }
        }
    }
}
