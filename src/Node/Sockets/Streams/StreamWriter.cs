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

    /// <summary>The peer is slow and the node has no memory left to keep its bytes apart.</summary>
    void OnSpillRefused();
}

/// <summary>
/// The sending half of a stream socket: one send in flight, everything that queued up meanwhile goes into the next one.
/// </summary>
/// <remarks>
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
    private readonly IActorRef _self;
    private readonly IWriteHost _host;
    private readonly SlabPool _pool;
    private readonly Outlet _outlet;
    private readonly Queue<Delivery> _queue = new(2);
    private readonly Completed _completed;
    private readonly Flush _flush;
    private readonly List<(IActorRef To, object Receipt)> _receipts = [];
    private SocketAsyncEventArgs? _args;
    private List<ArraySegment<byte>>? _gather;
    private Slab? _copy;
    private int _rangeIndex;
    private int _rangeOffset;
    private int _sendingBytes;
    private int _sendingMessages;
    private bool _copied;
    private bool _inFlight;
    private bool _flushQueued;
    private bool _dead;

    public StreamWriter(Socket socket, IActorRef self, IWriteHost host, SlabPool pool, Outlet outlet)
    {
        (_socket, _self, _host, _pool, _outlet) = (socket, self, host, pool, outlet);
        _completed = new Completed(this);
        _flush = new Flush(this);
    }

    public sealed class Completed(StreamWriter writer) : IReapable
    {
        public StreamWriter Writer => writer;

        public void Reap() => writer.EndFlight();
    }

    /// <summary>Self-sent once per burst, so that all deliveries already in the mailbox go into one send.</summary>
    public sealed class Flush(StreamWriter writer) : IReapable
    {
        public StreamWriter Writer => writer;
    }

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
        if (!_inFlight)
            Send();
    }

    public void On(Completed completed)
    {
        if (_inFlight && Complete())
            Send();
    }

    public void Dispose()
    {
        if (_dead)
            return;
        _dead = true;
        if (!_inFlight)
            EndFlight();
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

            _spillTail = null; // what is being sent must not grow under the kernel's feet
            Prepare();
            _inFlight = true;
            InFlightSince = Environment.TickCount64;
            if (TrySend() || !_inFlight)
                return;
            if (!Complete())
                return;
        }
    }

    private void BecomeIdle()
    {
        Detached = false;
        DropSpill();
        _copy?.Release();
        _copy = null;
        _host.OnWriterIdle();
    }

    private void Prepare()
    {
        if (_args is null)
        {
            _args = SocketEvents.Create();
            _args.Completed += (_, _) => _self.Tell(_completed, ActorRefs.NoSender);
        }

        var gather = _gather ??= [];
        gather.Clear();
        var (total, index, offset) = (0, _rangeIndex, _rangeOffset);
        _sendingMessages = 0;
        foreach (var delivery in _queue)
        {
            for (; index < delivery.Count && gather.Count < GatherRanges && total < GatherBytes; index++, offset = 0)
            {
                var range = delivery[index];
                var take = Math.Min(range.Length - offset, GatherBytes - total);
                gather.Add(new ArraySegment<byte>(range.Slab.Buffer, range.Offset + offset, take));
                total += take;
            }

            if (index < delivery.Count)
                break;
            index = 0;
        }

        _sendingBytes = total;
        _copied = gather.Count > 1 && total / gather.Count < CopyBelowAverageBytes
            && (_copy ??= _pool.TryRent(CopyBufferBytes, null)) is not null;
        if (_copied)
        {
            FillCopy();
            if (_args.BufferList is not null)
                _args.BufferList = null;
            _args.SetBuffer(_copy!.Buffer, 0, _sendingBytes);
        }
        else if (gather.Count == 1)
        {
            if (_args.BufferList is not null)
                _args.BufferList = null;
            _args.SetBuffer(gather[0].Array, gather[0].Offset, gather[0].Count);
        }
        else
        {
            if (_args.Buffer is not null)
                _args.SetBuffer(null, 0, 0);
            _args.BufferList = gather;
        }
    }

    private void FillCopy()
    {
        var copy = _copy!;
        var fill = 0;
        while (_queue.TryPeek(out var delivery))
        {
            while (_rangeIndex < delivery.Count)
            {
                var range = delivery[_rangeIndex];
                var take = Math.Min(range.Length - _rangeOffset, copy.Length - fill);
                range.Slab.Buffer.AsSpan(range.Offset + _rangeOffset, take).CopyTo(copy.Buffer.AsSpan(fill));
                fill += take;
                _rangeOffset += take;
                if (_rangeOffset < range.Length)
                {
                    _sendingBytes = fill;
                    return;
                }

                _rangeIndex++;
                _rangeOffset = 0;
            }

            FinishHead(delivery);
        }

        _sendingBytes = fill;
    }

    /// <returns>True when the completion will come as a message.</returns>
    private bool TrySend()
    {
        try
        {
            return _socket.SendAsync(_args!);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            Fail(SocketErrors.ErrnoOf(e));
            return false;
        }
    }

    /// <returns>True when the next send may begin.</returns>
    private bool Complete()
    {
        _inFlight = false;
        InFlightSince = 0;
        if (_args!.SocketError != SocketError.Success)
        {
            Fail(SocketErrors.ErrnoOf(_args.SocketError));
            return false;
        }

        // On Linux the runtime finishes a partial send by itself before it completes, so it is all or an error.
        if (!_copied)
            Advance(_sendingBytes);
        _host.OnBytesWritten(_sendingBytes, _sendingMessages);
        foreach (var (to, receipt) in _receipts)
            to.Tell(receipt, _self);
        _receipts.Clear();
        if (!_dead)
            return true;
        EndFlight();
        return false;
    }

    private void Advance(int bytes)
    {
        // An empty range behind the last byte is done with it; left alone, it would be sent for ever.
        while (_queue.TryPeek(out var delivery))
        {
            var left = delivery[_rangeIndex].Length - _rangeOffset;
            if (bytes < left)
            {
                _rangeOffset += bytes;
                return;
            }

            bytes -= left;
            _rangeOffset = 0;
            if (++_rangeIndex == delivery.Count)
                FinishHead(delivery);
        }
    }

    private void FinishHead(Delivery delivery)
    {
        _queue.Dequeue();
        (_rangeIndex, _rangeOffset) = (0, 0);
        _sendingMessages += delivery.Messages;
        if (delivery is { Receipt: { } receipt, ReceiptTo: { } to })
            _receipts.Add((to, receipt));
        delivery.Release();
    }

    private int InFlightDeliveries()
    {
        var (bytes, count, index, offset) = (_sendingBytes, 0, _rangeIndex, _rangeOffset);
        foreach (var delivery in _queue)
        {
            if (bytes <= 0)
                break;
            count++;
            for (; index < delivery.Count && bytes > 0; index++, offset = 0)
                bytes -= delivery[index].Length - offset;
            index = 0;
        }

        return count;
    }

    private void Fail(int errno)
    {
        _inFlight = false;
        Dispose();
        _host.OnWriteFailed(errno);
    }

    private void EndFlight()
    {
        _inFlight = false;
        while (_queue.TryDequeue(out var delivery))
            delivery.Release();
        DropSpill();
        _copy?.Release();
        _copy = null;
        _args?.Dispose();
        _args = null;
    }
}
