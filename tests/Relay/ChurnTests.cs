using System.Buffers.Binary;
using Anode.Tests.Protocols.Native;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Relay;

/// <summary>Traffic while others subscribe and unsubscribe as fast as they can: nothing lost, nothing out of order, nothing late.</summary>
public class ChurnTests
{
    [Theory]
    [InlineData("other.{0}")] // concerns nobody here
    [InlineData("load.p{0}")] // beside the subjects in use
    [InlineData("load.*")] // over them
    [InlineData(">")]
    public async Task Full_traffic_beside_churn_loses_nothing_and_keeps_its_order(string filter)
    {
        const int Publishers = 2, Messages = 30_000;
        await using var node = await TestNode.StartAsync();
        var subscribers = Enumerable.Range(0, 2).Select(_ => node.Connect()).ToArray();
        foreach (var subscriber in subscribers)
        {
            subscriber.Send(4, 1, "load.>");
            subscriber.Sync();
        }

        var left = Publishers;
        Threads.Run(
        [
            .. Enumerable.Range(0, Publishers).Select(p => (Action)(() =>
            {
                Publish(node, $"load.p{p}", Messages);
                Interlocked.Decrement(ref left);
            })),
            .. subscribers.Select(subscriber => (Action)(() => TakeInOrder(subscriber, Publishers * Messages))),
            () => Churn(node, filter, () => Volatile.Read(ref left) > 0),
        ]);

        foreach (var subscriber in subscribers)
        {
            Assert.Empty(subscriber.Settle());
            subscriber.Dispose();
        }
    }

    [Fact]
    public async Task Beside_churn_each_connection_hears_what_it_subscribed_to_a_frame_before_and_nothing_after()
    {
        const int Rounds = 2_000;
        await using var node = await TestNode.StartAsync();
        var left = 2;
        Threads.Run(
            () => Churn(node, "x.{0}", () => Volatile.Read(ref left) > 0),
            () => Churn(node, "*.{0}", () => Volatile.Read(ref left) > 0),
            () => Round(0),
            () => Round(1));

        void Round(int number)
        {
            using var client = node.Connect();
            for (var i = 0; i < Rounds; i++)
            {
                // The same few subjects again and again: their routes are remembered, and each time wrong.
                var subject = $"own.{number}.{i % 3}";
                client.SendBytes(
                [
                    .. NativeTestClient.Frame(4, 1, i % 2 == 0 ? subject : $"own.{number}.*"), .. NativeTestClient.Frame(3, subject, "a"),
                    .. NativeTestClient.Frame(5, 1), .. NativeTestClient.Frame(3, subject, "b"), .. NativeTestClient.Frame(7),
                ]);
                Assert.Equal([$"[3,\"{subject}\",\"a\"]", "[8]"], client.Receive(2));
            }

            Interlocked.Decrement(ref left);
        }
    }

    [Fact]
    public async Task Run_of_equal_frames_reaches_every_kind_of_receiver_as_single_messages()
    {
        const int Messages = 500;
        await using var node = await TestNode.StartAsync("", TestNode.Tcp, TestNode.Udp,
            """{ address = "tcp://127.0.0.1:0", name = lines, protocol = lines, subscribe = run, echo = on }""");
        using var plain = node.Connect();
        plain.Send(4, 1, "run");
        plain.Sync();
        using var few = node.Connect();
        few.Send(4, 7, "run", Value.Nil, 10);
        few.Sync();
        using var workers = node.Connect();
        workers.Send(4, 3, "run", "q");
        workers.Send(4, 4, "run", "q");
        workers.Sync();
        using var lines = NativeTestClient.Dial(node.Address("lines"));
        Eventually.Equal(5, () => node.View.Relay.Index.Count);
        using var publisher = node.Connect();

        publisher.SendBytes(Enumerable.Range(0, Messages).SelectMany(i => NativeTestClient.Frame(3, "run", $"{i:000}")).ToArray());
        publisher.Sync();

        var all = Enumerable.Range(0, Messages).Select(i => $"[3,\"run\",\"{i:000}\"]").ToList();
        Assert.Equal(all, plain.Receive(Messages));
        Assert.Equal(all.Take(10), few.Receive(10));
        Assert.Empty(few.Settle());
        var texts = Enumerable.Range(0, Messages).Select(_ => workers.Receive()).Select(frame => frame[^5..]).ToList();
        Assert.Equal(all.Select(frame => frame[^5..]), texts);
        var text = new byte[4 * Messages];
        for (var got = 0; got < text.Length;)
            got += lines.Socket.Receive(text, got, text.Length - got, System.Net.Sockets.SocketFlags.None);
        Assert.Equal(string.Concat(Enumerable.Range(0, Messages).Select(i => $"{i:000}\n")), System.Text.Encoding.ASCII.GetString(text));
        Assert.Equal(Messages, node.RecordOf(publisher).MessagesIn);
        Assert.Equal(Messages, node.View.Relay.Counters.Published);
        Assert.Equal(3 * Messages + 10, node.View.Relay.Counters.Delivered);
    }

    private static void Publish(TestNode node, string subject, int count)
    {
        using var publisher = node.Connect();
        var batch = new List<byte>();
        for (var i = 0; i < count; i++)
        {
            var payload = new byte[32];
            BinaryPrimitives.WriteInt32BigEndian(payload, i);
            batch.AddRange(NativeTestClient.Frame(3, subject, payload));
            if (i % 100 != 99)
                continue;
            publisher.SendBytes(batch.ToArray());
            batch.Clear();
        }

        publisher.Sync();
    }

    private static void TakeInOrder(NativeTestClient subscriber, int count)
    {
        var next = new Dictionary<byte, int>();
        for (var i = 0; i < count; i++)
        {
            var body = subscriber.ReceiveBody()!;
            var publisher = body[9]; // [3, "load.pN", …]: three bytes of headers, six of the subject before its last
            Assert.Equal(next.GetValueOrDefault(publisher), BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(body.Length - 32)));
            next[publisher] = next.GetValueOrDefault(publisher) + 1;
        }
    }

    /// <summary>Subscribes and unsubscribes without pause; reads what comes, so that it is no slow consumer.</summary>
    private static void Churn(TestNode node, string filter, Func<bool> goOn)
    {
        using var client = node.Connect();
        for (var round = 0; goOn(); round++)
        {
            var batch = new List<byte>();
            for (var i = 0; i < 50; i++)
            {
                batch.AddRange(NativeTestClient.Frame(4, 1 + i, string.Format(System.Globalization.CultureInfo.InvariantCulture, filter, i)));
                batch.AddRange(NativeTestClient.Frame(5, 1 + i));
            }

            client.SendBytes(batch.ToArray());
            client.Sync();
        }
    }
}
