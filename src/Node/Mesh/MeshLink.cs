using Akka.Actor;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Mesh;

/// <summary>
/// An established link to another node, as everybody but its connection sees it: the door to it, and what it measures. Made after the handshake,
/// gone with its connection.
/// </summary>
internal sealed class MeshLink
{
    private long _roundTripMicroseconds = -1;
    private long _framesIn;
    private long _framesOut;
    private long _unacknowledged;

    /// <summary>Name of the node at the other end.</summary>
    public required string Peer { get; init; }

    public required long PeerIncarnation { get; init; }

    public required int Cost { get; init; }

    /// <summary>We dialled; false: the peer did.</summary>
    public required bool Dialled { get; init; }

    public required int Version { get; init; }

    public required IActorRef Connection { get; init; }

    public required Outlet Outlet { get; init; }

    public required ConnectionRecord Record { get; init; }

    /// <summary>The link as a destination of messages.</summary>
    public required Subscriber Subscriber { get; init; }

    public DateTimeOffset Since { get; } = DateTimeOffset.UtcNow;

    /// <summary>Smoothed; null before the first answer to a probe.</summary>
    public TimeSpan? RoundTrip => Volatile.Read(ref _roundTripMicroseconds) is >= 0 and var us ? TimeSpan.FromMicroseconds(us) : null;

    /// <summary>Batches of messages that came and went.</summary>
    public long FramesIn => Volatile.Read(ref _framesIn);

    public long FramesOut => Volatile.Read(ref _framesOut);

    /// <summary>Bytes of messages sent of which the peer has not said that it has them.</summary>
    public long UnacknowledgedBytes => Volatile.Read(ref _unacknowledged);

    public void OnRoundTrip(TimeSpan measured)
    {
        var (old, now) = (Volatile.Read(ref _roundTripMicroseconds), (long)measured.TotalMicroseconds);
        Volatile.Write(ref _roundTripMicroseconds, old < 0 ? now : old + ((now - old) / 8));
    }

    public void CountIn() => Volatile.Write(ref _framesIn, _framesIn + 1);

    public void CountOut(int frames) => Interlocked.Add(ref _framesOut, frames);

    public void SetUnacknowledged(long bytes) => Volatile.Write(ref _unacknowledged, bytes);

    /// <summary>Sends a whole frame. False when the link has ended, or has more pending than it may.</summary>
    public bool Post(byte[] frame) => Post(frame, messages: 0);

    /// <summary>Sends whole frames.</summary>
    /// <param name="frames">One behind the other.</param>
    /// <param name="messages">How many of them are DATA with one message.</param>
    public bool Post(byte[] frames, int messages)
    {
        var slab = Slab.Foreign(frames);
        var delivery = Delivery.Rent();
        delivery.Append(slab, 0, frames.Length, messages);
        delivery.Frames = messages;
        slab.Release();
        if (messages > 0)
            CountOut(messages);
        return Outlet.Post(delivery);
    }
}
