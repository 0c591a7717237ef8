using System.Net.Sockets;
using Akka.Actor;

namespace Anode.Sockets;

/// <summary>What the writer needs of the one that owns it; called on the owner's turn only.</summary>
internal interface IWriteHost
{
    void OnBytesWritten(int count, int messages);

    /// <summary>The queue has become empty and nothing is in flight.</summary>
    void OnWriterIdle();

    void OnWriteFailed(int errno);

    /// <summary>The end has come first. Of the first of them a part may have been sent.</summary>
    void OnUnsent(Delivery delivery)
    {
    }

    /// <summary>The peer is slow and the node has no memory left to keep its bytes apart.</summary>
    void OnSpillRefused();

    /// <summary>The endpoint may be another node's by now: nothing more may be sent.</summary>
    void OnLeaseOver();
}

/// <summary>
/// The sending half of a stream socket: one send in flight, everything that queued up meanwhile goes into the next one.
/// </summary>
/// <remarks>
/// <para>It sends on the owner's turn, and waits only for a kernel that takes no more.</para>
/// <para>Large ranges leave as a gather list, straight from the slabs the sources read them into; many small ones (below 1 KiB on
/// average) are cheaper to copy into one send buffer than to describe one by one to the kernel.</para>
/// <para>A source's slab is held until its bytes are in the kernel or in the send buffer: releasing it at enqueue would let the
/// source read on without bound. A destination that holds slabs for too long is <see cref="Spill">spilled</see>: its
/// backlog moves to memory of its own, so that its sources, and with them everybody else, go on.</para>
/// </remarks>
internal sealed partial class StreamWriter : IDisposable
{
    private const int CopyBelowAverageBytes = 1024;
    private const int CopyBufferBytes = 64 * 1024;
    private const int GatherRanges = 64;

    // Also the measure of progress: a peer that cannot take this much within the write time-out counts as stalled.
    private const int GatherBytes = 1024 * 1024;

    private readonly Socket _socket;
    private readonly Readiness _readiness;
    private readonly IActorRef _self;
    private readonly IWriteHost _host;
    private readonly SlabPool _pool;
    private readonly Outlet _outlet;
    private readonly Mobility? _lease;
    private readonly Queue<Delivery> _queue = new(2);
    private readonly Flush _flush;
    private List<(IActorRef To, object Receipt)>? _receipts;
    private List<ArraySegment<byte>>? _gather;
    private Slab? _copy;
    private int _rangeIndex;
    private int _rangeOffset;
    private int _sendingBytes;
    private int _unsentBytes;
    private int _sendingMessages;
    private bool _copied;
    private bool _inFlight;
    private bool _waiting;
    private bool _putOff;
    private bool _flushQueued;
    private bool _dead;

    public StreamWriter(Socket socket, Readiness readiness, IActorRef self, IWriteHost host, SlabPool pool, Outlet outlet, Mobility? lease = null)
    {
        (_socket, _readiness, _self, _host, _pool, _outlet, _lease) = (socket, readiness, self, host, pool, outlet, lease);
        _flush = new Flush(this);
    }

    /// <summary>Self-sent once per burst, so that all deliveries already in the mailbox go into one send.</summary>
    public sealed class Flush(StreamWriter writer) : IReapable
    {
        public StreamWriter Writer => writer;
    }

    /// <summary>In the way of every send; null: nothing is.</summary>
    public ISocketCalls? Calls { get; set; }

    public bool Idle => !_inFlight && _queue.Count == 0;

    /// <summary>Milliseconds of the monotonic clock at which the send in flight began; 0 when none is.</summary>
    public long InFlightSince { get; private set; }

    /// <summary>Every delivery is moved to the destination's own memory at once, until the queue has been emptied.</summary>
    public bool Detached { get; private set; }

    public void Enqueue(Delivery delivery)
    {
        if (_dead)
        {
            delivery.Release();
            return;
        }

        if (!Detached)
            Append(delivery);
        else if (delivery.Receipt is not null)
            Hold(delivery);
        else if (!TrySpill(delivery))
        {
            _host.OnSpillRefused();
            return;
        }

        if (_inFlight || _flushQueued)
            return;
        _flushQueued = true;
        _self.Tell(_flush, ActorRefs.NoSender);
    }

    public void On(Flush flush)
    {
        _flushQueued = false;
        if (!_inFlight && !Held)
            Send();
    }

    /// <summary>The kernel takes more.</summary>
    public void OnReady()
    {
        if (!_waiting)
            return;
        _waiting = false;
        if (LeaseIsOver())
            return;
        if (TakeSent() && SendRest() && Complete())
            Send();
    }

    /// <summary>A send that a fault had put off.</summary>
    public void Pump()
    {
        if (!_putOff || _dead || _waiting)
            return;
        _putOff = false;
        if (!LeaseIsOver() && SendRest() && Complete())
            Send();
    }

    public void Dispose()
    {
        if (_dead)
            return;
        _dead = true;
        (_inFlight, _waiting) = (false, false);
        while (_queue.TryDequeue(out var delivery))
        {
            _host.OnUnsent(delivery);
            delivery.Release();
        }

        DropSpill();
        _copy?.Release();
        _copy = null;
    }

    private void Append(Delivery delivery)
    {
        _spillTail = null;
        _queue.Enqueue(delivery);
    }

    private void Send()
    {
        while (!_dead)
        {
            if (_queue.Count == 0)
            {
                BecomeIdle();
                return;
            }

            if (LeaseIsOver())
                return;
            _spillTail = null; // what is being sent must not grow under the kernel's feet
            Prepare();
            _inFlight = true;
            InFlightSince = Environment.TickCount64;
            if (!SendRest() || !Complete())
                return;
        }
    }

    /// <remarks>One null check where nothing moves; a clock that is only read where something does.</remarks>
    private bool LeaseIsOver()
    {
        if (_lease is null or { MaySend: true })
            return false;
        _host.OnLeaseOver();
        return true;
    }

    private void BecomeIdle()
    {
        Detached = false;
        DropSpill();
        _copy?.Release();
        _copy = null;
        _host.OnWriterIdle();
    }

    /// <returns>True when all that was prepared is with the kernel; false when it must wait, or has failed.</returns>
    private bool SendRest()
    {
        if (_tls is not null)
            return SendSecured(_tls);
        var gather = _gather!;
        while (_unsentBytes > 0)
        {
            int count;
            SocketError error;
            var most = gather[0].Count;
            if (Calls?.OnSend(ref most) is { } errno and not 0)
            {
                _putOff = errno == SocketCalls.NotNow;
                if (!_putOff)
                    Fail(errno);
                return false;
            }

            try
            {
                count = most < gather[0].Count ? _socket.Send(gather[0].AsSpan(0, most), SocketFlags.None, out error)
                    : gather.Count == 1
                    ? _socket.Send(gather[0].AsSpan(), SocketFlags.None, out error)
                    : _socket.Send(gather, SocketFlags.None, out error);
            }
            catch (ObjectDisposedException e)
            {
                Fail(SocketErrors.ErrnoOf(e));
                return false;
            }

            if (error == SocketError.Success)
            {
                Trim(count);
            }
            else if (error != SocketError.WouldBlock)
            {
                Fail(SocketErrors.ErrnoOf(error));
                return false;
            }
            else if (!MayGoOn())
            {
                return false;
            }
        }

        return true;
    }

    private bool MayGoOn()
    {
        Trim(0); // so that what comes next stands first
        _waiting = !_readiness.AwaitWrite(_gather![0][0]);
        return !_waiting && TakeSent();
    }

    private bool TakeSent()
    {
        var count = _readiness.TakeSent(out var errno);
        if (errno != 0)
        {
            Fail(errno);
            return false;
        }

        if (_tls is null)
            Trim(count);
        else
            _tls.Went(count);
        return true;
    }

    /// <returns>True when the next send may begin.</returns>
    private bool Complete()
    {
        _inFlight = false;
        InFlightSince = 0;
        if (!_copied)
            Advance(_sendingBytes);
        _gather!.Clear(); // or it would keep slabs from the collector, which finds those that got lost
        _host.OnBytesWritten(_sendingBytes, _sendingMessages);
        if (_receipts is { Count: > 0 } receipts)
        {
            foreach (var (to, receipt) in receipts)
                to.Tell(receipt, _self);
            receipts.Clear();
        }

        return !_dead;
    }

    private void Fail(int errno)
    {
        Dispose();
        _host.OnWriteFailed(errno);
    }
}
