using System.Net.Sockets;
using Akka.Actor;

namespace Anode.Sockets;

/// <summary>What the reader needs of the one that owns it; called on the owner's turn only.</summary>
internal interface IReadHost
{
    /// <summary>How many bytes may be read now; 0 pauses until <see cref="StreamReader.Pump"/> is called again.</summary>
    long ReadAllowance { get; }

    /// <summary>Bytes <paramref name="offset"/>…+<paramref name="length"/> are there. Returns how many were consumed.</summary>
    /// <param name="needed">Total length the unconsumed rest must reach before it is worth calling again; 0 when unknown.</param>
    int OnBytes(Slab slab, int offset, int length, out int needed);

    void OnBytesRead(int count);

    /// <param name="rest">What was read and never consumed; valid during the call.</param>
    void OnEndOfStream(ReadOnlySpan<byte> rest);

    void OnReadFailed(int errno);

    void OnPoolExhausted();
}

/// <summary>
/// The receiving half of a stream socket: waits for readiness, one actor message each time, then reads what is there; no slab while
/// the connection has nothing to say.
/// </summary>
/// <remarks>
/// <para>What is awaited is readiness, so no kernel ever writes into a slab behind the owner's back: not while it parses, nor after it has
/// stopped. Readiness may be old news, told of bytes that have been read already; the read after it must be one that may find nothing.</para>
/// <para>Memory: as many bytes are out at a time as <c>slabsPerSource</c> slabs of full size have, whether being filled, encoded into, or on their
/// way through others' queues. When they all are, reading stops until some come back, and TCP slows the peer. Counted in bytes, because a source that encodes
/// holds small slabs beside large ones: each as a whole, they left it half of its credit. Slabs start at 4 KiB and grow fourfold with full
/// reads. A frame that has only begun gets room as its bytes arrive, at most four times of what is there: an announced length alone
/// allocates nothing.</para>
/// </remarks>
internal sealed partial class StreamReader : ISlabSource, IDisposable
{
    private const int ReadsPerTurn = 8;
    private const int WorthwhileSpace = 512;

    private readonly Socket _socket;
    private readonly Readiness _readiness;
    private readonly IActorRef _self;
    private readonly IReadHost _host;
    private readonly SlabPool _pool;
    private readonly long _creditBytes;
    private readonly int _maxSlabBytes;
    private Slab? _slab;
    private int _start;
    private int _fill;
    private int _needed;
    private int _nextBytes = SlabPool.MinBytes;
    private bool _drained = true;
    private bool _waiting;
    private bool _handing;
    private bool _ended;
    private bool _resumeQueued;
    private long _outstanding;
    private int _starving;
    public StreamReader(Socket socket, Readiness readiness, IActorRef self, IReadHost host, SlabPool pool, SocketSettings settings)
    {
        (_socket, _readiness, _self, _host, _pool) = (socket, readiness, self, host, pool);
        (_creditBytes, _maxSlabBytes) = ((long)settings.SlabsPerSource * settings.MaxSlabBytes, settings.MaxSlabBytes);
    }

    /// <summary>Reading may go on: a slab came back, or the last turn was used up.</summary>
    public sealed class Resume(StreamReader reader) : IReapable
    {
        public StreamReader Reader => reader;
    }

    /// <summary>In the way of every receive; null: nothing is.</summary>
    public ISocketCalls? Calls { get; set; }

    /// <summary>From here on bytes are read and thrown away: the connection is closing and waits for the peer's FIN.</summary>
    public bool Discarding { get; set; }

    /// <summary>Room for what this source encodes for others; counted against its credit, so that it delays the next read.</summary>
    public Slab? RentScratch(int bytes)
    {
        var slab = _pool.TryRent(bytes, this);
        if (slab is not null)
            Interlocked.Add(ref _outstanding, slab.Length);
        return slab;
    }

    /// <summary>Reads as long as there is something, allowance, credit and a share of this turn.</summary>
    /// <remarks>Asked from within the host's own <c>OnBytes</c> it does nothing: the loop that handed the bytes over goes on after it.</remarks>
    public void Pump()
    {
        if (_waiting || _ended || _handing)
            return;
        for (var reads = 0; reads < ReadsPerTurn; reads++)
        {
            var allowance = _host.ReadAllowance;
            if (allowance <= 0)
                return;
            if (_drained && _fill == _start)
                DropSlab();
            if ((_drained && !IsReady()) || !EnsureSpace() || !Read(allowance))
                return;
        }

        QueueResume();
    }

    /// <summary>There is something to read.</summary>
    public void OnReady()
    {
        if (!_waiting)
            return;
        _waiting = false;
        if (Succeeded())
            Pump();
    }

    public void On(Resume resume)
    {
        _resumeQueued = false;
        Pump();
    }

    void ISlabSource.OnSlabReturned(int bytes)
    {
        Interlocked.Add(ref _outstanding, -bytes);
        if (Interlocked.Exchange(ref _starving, 0) == 1)
            _self.Tell(new Resume(this), ActorRefs.NoSender);
    }

    public void Dispose()
    {
        _ended = true;
        DropSlab();
    }

    /// <returns>False when readiness will come as a message.</returns>
    private bool IsReady()
    {
        _waiting = !_readiness.AwaitRead();
        return !_waiting && Succeeded();
    }

    private bool Succeeded()
    {
        if (_readiness.ReadErrno is var errno and not 0)
        {
            Fail(errno);
            return false;
        }

        _drained = false;
        return true;
    }

    /// <returns>True when reading can go on.</returns>
    private bool Read(long allowance)
    {
        var asked = (int)Math.Min(_slab!.Length - _fill, allowance);
        if (Calls?.OnReceive(ref asked) is { } errno and not 0)
        {
            if (errno != SocketCalls.NotNow)
                Fail(errno);
            return false;
        }

        if (_tls is not null)
            return ReadSecured(_tls, asked);
        int count;
        SocketError error;
        try
        {
            count = _socket.Receive(_slab.Buffer.AsSpan(_fill, asked), SocketFlags.None, out error);
        }
        catch (ObjectDisposedException e)
        {
            Fail(SocketErrors.ErrnoOf(e));
            return false;
        }

        if (error == SocketError.WouldBlock)
        {
            _drained = _readiness.IsEmptied(0, asked);
            return true;
        }

        if (error != SocketError.Success)
        {
            Fail(SocketErrors.ErrnoOf(error));
            return false;
        }

        if (count == 0)
        {
            _ended = true;
            HandOverRest();
            return false;
        }

        _drained = _readiness.IsEmptied(count, asked);
        return Took(count, asked);
    }

    /// <returns>True when reading can go on.</returns>
    private bool Took(int count, int asked)
    {
        _fill += count;
        if (count == asked && asked >= _nextBytes / 2)
            _nextBytes = Math.Min(_nextBytes * 4, _maxSlabBytes);
        else if (count < _nextBytes / 16)
            _nextBytes = Math.Max(_nextBytes / 4, SlabPool.MinBytes);
        _host.OnBytesRead(count);
        if (Discarding)
        {
            _start = _fill;
            return true;
        }

        if (_fill - _start < _needed)
            return true;
        HandOver();
        return !_ended;
    }

    private void HandOver()
    {
        // The slab is ours for as long as it is parsed, even if the host closes and disposes of us meanwhile.
        var slab = _slab!;
        slab.Retain();
        _handing = true;
        try
        {
            _start += _host.OnBytes(slab, _start, _fill - _start, out _needed);
        }
        finally
        {
            _handing = false;
            slab.Release();
        }
    }

    /// <param name="whole">False: the end may have cut off what was to follow, so that the rest is not what the peer meant.</param>
    private void HandOverRest(bool whole = true)
    {
        var (slab, start, fill) = (_slab, _start, _fill);
        slab?.Retain();
        DropSlab();
        try
        {
            _host.OnEndOfStream(slab is null || !whole ? default : slab.Buffer.AsSpan(start, fill - start));
        }
        finally
        {
            slab?.Release();
        }
    }

    private void Fail(int errno)
    {
        _ended = true;
        _host.OnReadFailed(errno);
    }

    private bool EnsureSpace()
    {
        var partial = _fill - _start;
        if (_slab is not null)
        {
            // Stay where the frame fits, or where at least as much again will; a drip does not move its bytes for every drop.
            var room = _slab.Length - _fill;
            var wanted = partial == 0 ? WorthwhileSpace : Math.Max(_needed - partial, 1);
            if (room >= wanted || room >= Math.Max(partial, WorthwhileSpace))
                return true;
        }

        // Where a partial frame must move, the old slab does not count: it goes as soon as its last range is sent.
        var limit = _creditBytes + (partial > 0 ? _slab!.Length : 0);
        if (Volatile.Read(ref _outstanding) >= limit && MustWaitForSlab(limit))
            return false;
        var growth = partial == 0 ? 0 : Math.Min(Math.Max(_needed, partial + 1), partial * 4L);
        var next = _pool.TryRent((int)Math.Max(Math.Max(_nextBytes, growth), partial + WorthwhileSpace), this);
        if (next is null)
        {
            _host.OnPoolExhausted();
            return false;
        }

        Interlocked.Add(ref _outstanding, next.Length);
        if (partial > 0)
            _slab!.Buffer.AsSpan(_start, partial).CopyTo(next.Buffer);
        _slab?.Release();
        (_slab, _start, _fill) = (next, 0, partial);
        return true;
    }

    /// <returns>True when the reader now waits; false when a slab came back while it was asking.</returns>
    private bool MustWaitForSlab(long limit)
    {
        Interlocked.Exchange(ref _starving, 1);
        if (Volatile.Read(ref _outstanding) >= limit)
            return true;
        Interlocked.Exchange(ref _starving, 0);
        return false;
    }

    private void QueueResume()
    {
        if (_resumeQueued)
            return;
        _resumeQueued = true;
        _self.Tell(new Resume(this), ActorRefs.NoSender);
    }

    private void DropSlab()
    {
        var slab = _slab;
        (_slab, _start, _fill, _needed) = (null, 0, 0, 0);
        slab?.Release();
    }
}
