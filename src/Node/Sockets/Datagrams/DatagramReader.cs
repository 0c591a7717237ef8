using System.Net.Sockets;
using Akka.Actor;

namespace Anode.Sockets;

/// <summary>What the datagram reader needs of its owner; called on the owner's turn only.</summary>
internal interface IDatagramReadHost
{
    /// <summary>How many datagrams may be read now; 0 pauses until <see cref="DatagramReader.Pump"/> is called again.</summary>
    long ReadAllowance { get; }

    /// <summary>Takes over the batch.</summary>
    void OnDatagrams(DatagramBatch batch);

    /// <summary>So many came for which the node had no memory.</summary>
    void OnDatagramsLost(int count);

    void OnReadFailed(int errno);
}

/// <summary>
/// Receives datagrams into slabs, as many as are there and fit, and hands them over as one batch. Before each datagram it leaves
/// <see cref="Headroom"/> bytes free, so that whoever passes it on to a stream can write the length prefix in place.
/// </summary>
/// <remarks>Between turns it holds no memory: a slab is taken for what has come, and a socket that waits has none.</remarks>
internal sealed class DatagramReader : ISlabSource, IDisposable
{
    /// <summary>Room for a 32-bit length.</summary>
    public const int Headroom = 4;

    private const int MaxSlabBytes = 256 * 1024;
    private const int DatagramsPerTurn = 256;
    private static readonly TimeSpan PoolRetry = TimeSpan.FromMilliseconds(50);

    private readonly Socket _socket;
    private readonly Readiness _readiness;
    private readonly IActorContext _actor;
    private readonly IDatagramReadHost _host;
    private readonly SlabPool _pool;
    private readonly PeerAddresses _peers;
    private readonly Resume _resume;
    private readonly int _maxDatagramBytes;
    private readonly int _maxSlabs;
    private Slab? _slab;
    private DatagramBatch? _batch;
    private int _fill;
    private int _nextBytes = SlabPool.MinBytes;
    private bool _drained = true;
    private bool _waiting;
    private bool _ended;
    private int _outstanding;
    private int _starving;

    public DatagramReader(Socket socket, Readiness readiness, IActorContext actor, IDatagramReadHost host, SlabPool pool, int maxDatagramBytes, int maxSlabs)
    {
        (_socket, _readiness, _actor, _host, _pool) = (socket, readiness, actor, host, pool);
        (_maxDatagramBytes, _maxSlabs) = (maxDatagramBytes, maxSlabs);
        _peers = new PeerAddresses(socket.AddressFamily);
        _resume = new Resume(this);
    }

    public sealed class Resume(DatagramReader reader) : IReapable
    {
        public DatagramReader Reader => reader;
    }

    public void Pump()
    {
        if (_waiting || _ended)
            return;
        var calls = DatagramCalls.Rent();
        try
        {
            ReadTurn(calls);
        }
        finally
        {
            DatagramCalls.Return(calls);
            HandOver();
            DropSlab();
        }
    }

    /// <summary>There is something to read.</summary>
    public void OnReady()
    {
        if (!_waiting)
            return;
        (_waiting, _drained) = (false, false);
        Pump();
    }

    public void On(Resume resume) => Pump();

    void ISlabSource.OnSlabReturned(int bytes)
    {
        Interlocked.Decrement(ref _outstanding);
        if (Interlocked.Exchange(ref _starving, 0) == 1)
            _actor.Self.Tell(_resume, ActorRefs.NoSender);
    }

    public void Dispose() => _ended = true;

    private void ReadTurn(DatagramCalls calls)
    {
        for (var left = DatagramsPerTurn; !_ended;)
        {
            var allowance = (int)Math.Min(_host.ReadAllowance - (_batch?.Datagrams.Count ?? 0), calls.Capacity);
            if (allowance <= 0)
                return;
            if (left <= 0)
            {
                _actor.Self.Tell(_resume, ActorRefs.NoSender);
                return;
            }

            if (_drained && !_readiness.AwaitRead())
            {
                _waiting = true;
                return;
            }

            if (!EnsureSlab())
                return;
            var count = calls.Receive(_socket, allowance, _maxDatagramBytes);
            left -= Math.Max(count, 1);
            if (count > 0)
                Store(calls, count);
            else if (!MayGoOn(-count))
                return;
            if (count > 0 || count == -SocketErrors.EAGAIN)
                _drained = _readiness.IsEmptied(Math.Max(count, 0), allowance);
        }
    }

    private bool MayGoOn(int errno)
    {
        // ICMP answers to what we sent come back as errors of the next read; they say nothing about our own socket.
        if (errno is SocketErrors.EAGAIN or SocketErrors.EINTR or SocketErrors.ECONNREFUSED or SocketErrors.ECONNRESET or SocketErrors.EHOSTUNREACH
            or SocketErrors.ENETUNREACH)
            return true;
        _ended = true;
        HandOver();
        _host.OnReadFailed(errno);
        return false;
    }

    private void Store(DatagramCalls calls, int count)
    {
        var total = 0;
        for (var i = 0; i < count; i++)
            total += Headroom + calls.Received(i).Length;
        if (!EnsureRoom(total))
        {
            _host.OnDatagramsLost(count);
            return;
        }

        _batch ??= DatagramBatch.Rent(_slab!);
        for (var i = 0; i < count; i++)
        {
            var (length, truncated) = calls.Received(i);
            var offset = _fill + Headroom;
            calls.CopyTo(i, _slab!.Buffer.AsSpan(offset));
            _batch.Datagrams.Add(new ReceivedDatagram(offset, length, _peers.Of(calls.From(i)), truncated));
            _fill = offset + length;
        }
    }

    /// <summary>Before it is known what will come: without memory nothing is read, and the kernel keeps it or throws it away.</summary>
    private bool EnsureSlab()
    {
        if (_slab is not null)
            return true;
        if (Volatile.Read(ref _outstanding) >= _maxSlabs)
        {
            Interlocked.Exchange(ref _starving, 1);
            if (Volatile.Read(ref _outstanding) >= _maxSlabs)
                return false;
            Interlocked.Exchange(ref _starving, 0);
        }

        if (TryRent(_nextBytes))
            return true;
        _actor.System.Scheduler.ScheduleTellOnce(PoolRetry, _actor.Self, _resume, ActorRefs.NoSender);
        return false;
    }

    private bool EnsureRoom(int bytes)
    {
        if (_slab!.Length - _fill >= bytes)
            return true;
        _nextBytes = Math.Clamp(SlabPool.SizeFor(2 * (_fill + bytes)), SlabPool.MinBytes, MaxSlabBytes);
        HandOver();
        DropSlab();
        return TryRent(Math.Max(bytes, _nextBytes));
    }

    private bool TryRent(int bytes)
    {
        _slab = _pool.TryRent(bytes, this);
        if (_slab is not null)
            Interlocked.Increment(ref _outstanding);
        return _slab is not null;
    }

    private void HandOver()
    {
        var batch = _batch;
        _batch = null;
        if (batch is not null)
            _host.OnDatagrams(batch);
    }

    private void DropSlab()
    {
        if (_slab is not null && _fill < _nextBytes / 16)
            _nextBytes = Math.Max(_nextBytes / 2, SlabPool.MinBytes);
        var slab = _slab;
        (_slab, _fill) = (null, 0);
        slab?.Release();
    }
}
