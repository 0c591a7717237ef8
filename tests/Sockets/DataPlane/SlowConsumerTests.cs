using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Sockets.Endpoints;
using Xunit;

namespace Anode.Tests.Sockets.DataPlane;

/// <summary>A destination that does not read costs a bounded amount of memory, its own connection, and nobody else's time.</summary>
public sealed class SlowConsumerTests() : GuardSpec(Tight)
{
    private const int Megabyte = 1024 * 1024;

    private static readonly SocketSettings Tight = new()
    {
        BufferBytes = 64 * Megabyte,
        PendingBytes = 8 * Megabyte,
        SlowConsumerHold = TimeSpan.FromMilliseconds(50),
        WriteTimeout = TimeSpan.FromSeconds(5),
        Linger = TimeSpan.FromMilliseconds(200),
    };

    private readonly Fan _fan = new();

    [Fact]
    public async Task Destination_that_never_reads_is_closed_at_its_bound_while_its_neighbour_gets_every_byte()
    {
        var local = Relay();
        var dead = Destination(local);
        var live = Destination(Patient());
        var source = Source(local);
        var bytes = PlainSockets.Pattern(64 * Megabyte);
        var sending = Blocking.Run(() => source.Send(bytes));
        var most = 0L;
        for (var at = 0; at < bytes.Length; at += Megabyte)
        {
            Assert.True(live.Receive(Megabyte).AsSpan().SequenceEqual(bytes.AsSpan(at, Megabyte)), $"different in mebibyte {at / Megabyte}");
            most = Math.Max(most, Sockets.Pool.RentedBytes);
        }

        await sending;
        Eventually(() => Assert.Contains(CloseReason.SlowConsumer, _fan.Ended.Values));
        Assert.Equal(SocketErrors.ECONNRESET, dead.ReceiveError());
        // Its bound, the neighbour's share of the same, one gather list each, and the source's own slabs.
        Assert.True(most <= 20 * Megabyte, $"{most / Megabyte} MiB were in use");
    }

    [Fact]
    public async Task Destination_that_never_reads_holds_nobody_up_and_is_closed_at_the_write_time_out()
    {
        var local = Relay();
        var dead = Destination(local);
        var live = Destination(Patient());
        var source = Source(local);
        var bytes = PlainSockets.Pattern(7 * Megabyte); // below the bound: only time can tell
        var sending = Blocking.Run(() => source.Send(bytes));
        Assert.Equal(bytes, live.Receive(bytes.Length));
        await sending;
        Assert.True(_fan.Ended.IsEmpty, "the neighbour had to wait until the slow one was closed");
        Eventually(() => Assert.Equal([CloseReason.SlowConsumer], _fan.Ended.Values));
        Assert.Equal(SocketErrors.ECONNRESET, dead.ReceiveError());

        source.Send("more"u8);
        Assert.Equal("more"u8.ToArray(), live.Receive(4));
    }

    [Fact]
    public void Destination_that_pauses_for_less_than_the_time_out_gets_every_byte()
    {
        var local = Relay();
        var dawdler = Destination(local);
        var live = Destination(local);
        var source = Source(local);
        var bytes = PlainSockets.Pattern(7 * Megabyte);
        for (var at = 0; at < bytes.Length; at += 70_000)
            source.Send(bytes.AsSpan(at, Math.Min(70_000, bytes.Length - at)));
        Assert.Equal(bytes, live.Receive(bytes.Length)); // by now the dawdler's backlog was moved aside
        Assert.Equal(bytes, dawdler.Receive(bytes.Length));
        AssertBuffersReturned();
        source.Send("on"u8);
        Assert.Equal("on"u8.ToArray(), dawdler.Receive(2));
        Assert.Equal("on"u8.ToArray(), live.Receive(2));
    }

    [Fact]
    public async Task With_the_drop_policy_the_slow_one_loses_messages_and_stays()
    {
        var local = Relay(OverflowPolicy.Drop);
        var slow = Destination(local);
        var live = Destination(Patient());
        var source = Source(local);
        var outlets = _fan.Destinations.OrderBy(pair => pair.Key).Select(pair => pair.Value).ToList();
        var bytes = PlainSockets.Pattern(32 * Megabyte);
        var sending = Blocking.Run(() => source.Send(bytes));
        Assert.Equal(bytes, live.Receive(bytes.Length));
        await sending;
        Assert.True(outlets[0].DroppedMessages > 0);
        Eventually(() => Assert.InRange(outlets[0].PendingBytes, 0, Tight.PendingBytes)); // what is turned away is counted for a moment
        Assert.Equal(0, outlets[1].DroppedMessages);
        Assert.Empty(_fan.Ended);
        slow.Dispose();
    }

    [Fact]
    public async Task Many_sources_and_one_dead_destination_go_on()
    {
        var local = Relay();
        var dead = Destination(local);
        var live = Destination(Patient());
        var sources = Enumerable.Range(0, 4).Select(_ => Source(local)).ToList();
        var sending = sources.Select(source => Blocking.Run(() => source.Send(new byte[4 * Megabyte]))).ToList();
        live.Receive(16 * Megabyte);
        await Task.WhenAll(sending);
        Eventually(() => Assert.Equal([CloseReason.SlowConsumer], _fan.Ended.Values));
        dead.Dispose();
    }

    private NetAddress Relay(OverflowPolicy overflow = OverflowPolicy.Close) =>
        Served(Spec(Transport.Tcp4) with { Stream = () => new FanProtocol(_fan, Lives), Overflow = overflow }).Local;

    /// <summary>Another endpoint of the same relay, whose destinations hold their sources as long as it takes: a test that is late reading them is no slow consumer.</summary>
    private NetAddress Patient() =>
        Served(Spec(Transport.Tcp4) with { Stream = () => new FanProtocol(_fan, Lives), SlowConsumerHold = TimeSpan.FromMinutes(1) }).Local;

    private PlainStream Destination(NetAddress local)
    {
        var peer = Plain(PlainStream.Connect(local));
        peer.Send("D"u8);
        Assert.Equal("!"u8.ToArray(), peer.Receive(1));
        return peer;
    }

    private PlainStream Source(NetAddress local)
    {
        var peer = Plain(PlainStream.Connect(local));
        peer.Send("S"u8);
        return peer;
    }
}
