using Akka.Actor;

namespace Anode.Sockets;

/// <summary>What happens when more is pending for a destination than its bound.</summary>
internal enum OverflowPolicy
{
    /// <summary>Close it with reason <c>slow-consumer</c>.</summary>
    Close,
    /// <summary>Leave out what does not fit and count it.</summary>
    Drop,
}

/// <summary>Told once by an outlet to its owner: the bound was passed, and it is to close.</summary>
internal sealed class Overflowed : IReapable
{
    public static readonly Overflowed Instance = new();
}

/// <summary>Told by an outlet to its owner when it begins to leave messages out; again only after <see cref="Outlet.Rearm"/>.</summary>
internal sealed class Dropping : IReapable
{
    public static readonly Dropping Instance = new();
}

/// <summary>
/// The door that others' turns may use to a destination: it counts what is pending there in bytes and turns away what passes
/// the bound. Thread-safe; everything behind it belongs to the owner alone.
/// </summary>
/// <param name="owner">Whose door it is.</param>
/// <param name="boundBytes">The hard mark.</param>
/// <param name="policy">What happens there.</param>
/// <param name="record">Where it is counted; null where nobody looks.</param>
internal sealed class Outlet(IActorRef owner, long boundBytes, OverflowPolicy policy, ConnectionRecord? record = null)
{
    /// <summary>What the owner's own answers may take beyond the bound: plenty for last words, nothing for a peer that reads none of them.</summary>
    private const long OwnBytes = 1024 * 1024;

    private long _pending;
    private long _dropped;
    private int _shut;
    private int _told;

    public long PendingBytes => Interlocked.Read(ref _pending);

    public long BoundBytes => boundBytes;

    public IActorRef Owner => owner;

    /// <summary>Messages left out under <see cref="OverflowPolicy.Drop"/>, or while closing.</summary>
    public long DroppedMessages => Interlocked.Read(ref _dropped);

    /// <summary>Takes the delivery over, always: it is sent on, or released here.</summary>
    /// <returns>False when it was turned away.</returns>
    public bool Post(Delivery delivery)
    {
        if (!TryCharge(delivery))
            return false;
        owner.Tell(delivery, ActorRefs.NoSender);
        return true;
    }

    /// <summary>Charges within the bound, or releases and tells the owner that it is too slow.</summary>
    public bool TryCharge(Delivery delivery)
    {
        var open = Volatile.Read(ref _shut) == 0;
        if (Interlocked.Add(ref _pending, delivery.Bytes) <= boundBytes && open)
        {
            delivery.ChargeTo(this);
            return true;
        }

        Interlocked.Add(ref _pending, -delivery.Bytes);
        Interlocked.Add(ref _dropped, delivery.Messages);
        record?.CountDropped(delivery, open ? "slow-consumer" : "closing");
        delivery.Release();
        if (policy == OverflowPolicy.Close)
            TellOverflow();
        else if (open && Interlocked.Exchange(ref _told, 1) == 0)
            owner.Tell(Dropping.Instance, ActorRefs.NoSender);
        return false;
    }

    /// <summary>The owner wants to hear of the next message that is left out.</summary>
    public void Rearm() => Volatile.Write(ref _told, 0);

    /// <summary>The destination is ending: nothing more is taken from others.</summary>
    public void Shut() => Volatile.Write(ref _shut, 1);

    /// <summary>
    /// For what the owner queues for itself (answers, heartbeats): charged, never turned away, because closing needs them. A peer that asks and
    /// asks and reads no answer is too slow under either policy: an answer left out would never be noticed.
    /// </summary>
    public void Charge(Delivery delivery)
    {
        delivery.ChargeTo(this);
        if (Interlocked.Add(ref _pending, delivery.Bytes) - OwnBytes > boundBytes)
            TellOverflow();
    }

    /// <summary>Bytes moved from one delivery to another: the first will discharge them, the second carries them from now on.</summary>
    internal void Recharge(int bytes) => Interlocked.Add(ref _pending, bytes);

    internal void Discharge(int bytes) => Interlocked.Add(ref _pending, -bytes);

    private void TellOverflow()
    {
        if (Interlocked.Exchange(ref _shut, 1) == 0)
            owner.Tell(Overflowed.Instance, ActorRefs.NoSender);
    }
}
