using System.Net;
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

    void OnReadFailed(int errno);
}

/// <summary>
/// Receives datagrams into slabs, as many as are there and fit, and hands them over as one batch. Before each datagram it leaves
/// <see cref="Headroom"/> bytes free, so that whoever passes it on to a stream can write the length prefix in place.
/// </summary>
internal sealed class DatagramReader : ISlabSource, IDisposable
{
    /// <summary>Room for a 32-bit length.</summary>
    public const int Headroom = 4;

    private const int SlabBytes = 256 * 1024;
    private const int DatagramsPerTurn = 256;
    private static readonly TimeSpan PoolRetry = TimeSpan.FromMilliseconds(50);

    // A Unix peer that never bound has no name, and the runtime then leaves the address as it was: recognise it by that.
    private static readonly EndPoint Unnamed = new UnixDomainSocketEndPoint("\0anode-unnamed-peer");

    private readonly Socket _socket;
    private readonly IActorContext _actor;
    private readonly IDatagramReadHost _host;
    private readonly SlabPool _pool;
    private readonly int _maxDatagramBytes;
    private readonly int _maxSlabs;
    private readonly SocketAsyncEventArgs _args = SocketEvents.Create();
    private readonly Completed _completed;
    private readonly EndPoint _any;
    private Slab? _slab;
    private DatagramBatch? _batch;
    private int _fill;
    private bool _inFlight;
    private bool _ended;
    private int _outstanding;
    private int _starving;

    public DatagramReader(Socket socket, IActorContext actor, IDatagramReadHost host, SlabPool pool, int maxDatagramBytes, int maxSlabs)
    {
        (_socket, _actor, _host, _pool, _maxDatagramBytes, _maxSlabs) = (socket, actor, host, pool, maxDatagramBytes, maxSlabs);
        _completed = new Completed(this);
        _any = socket.AddressFamily switch
        {
            AddressFamily.Unix => Unnamed,
            AddressFamily.InterNetworkV6 => new IPEndPoint(IPAddress.IPv6Any, 0),
            _ => new IPEndPoint(IPAddress.Any, 0),
        };
        _args.RemoteEndPoint = _any;
        var self = actor.Self;
        _args.Completed += (_, _) => self.Tell(_completed, ActorRefs.NoSender);
    }

    public sealed class Completed(DatagramReader reader) : IReapable
    {
        public DatagramReader Reader => reader;

        public void Reap() => reader.EndFlight();
    }

    public sealed class Resume(DatagramReader reader) : IReapable
    {
        public DatagramReader Reader => reader;
    }

    public static bool IsUnnamed(EndPoint endPoint) => ReferenceEquals(endPoint, Unnamed);

    public void Pump()
    {
        for (var count = 0; !_inFlight && !_ended; count++)
        {
            if (count == DatagramsPerTurn)
            {
                HandOver();
                _actor.Self.Tell(new Resume(this), ActorRefs.NoSender);
                return;
            }

            if (_host.ReadAllowance - (_batch?.Datagrams.Count ?? 0) <= 0 || !EnsureSpace())
            {
                HandOver();
                return;
            }

            _args.SetBuffer(_slab!.Buffer, _fill + Headroom, _maxDatagramBytes);
            if (_socket.AddressFamily == AddressFamily.Unix)
                _args.RemoteEndPoint = _any;
            _inFlight = true;
            if (TryReceive())
            {
                HandOver();
                return;
            }

            if (_inFlight)
                Complete();
        }
    }

    public void On(Completed completed)
    {
        if (!_inFlight)
            return;
        Complete();
        Pump();
    }

    public void On(Resume resume) => Pump();

    void ISlabSource.OnSlabReturned()
    {
        Interlocked.Decrement(ref _outstanding);
        if (Interlocked.Exchange(ref _starving, 0) == 1)
            _actor.Self.Tell(new Resume(this), ActorRefs.NoSender);
    }

    public void Dispose()
    {
        _ended = true;
        if (!_inFlight)
            EndFlight();
    }

    private bool TryReceive()
    {
        try
        {
            return _socket.ReceiveFromAsync(_args);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            _inFlight = false;
            Fail(SocketErrors.ErrnoOf(e));
            return false;
        }
    }

    private void Complete()
    {
        _inFlight = false;
        var error = _args.SocketError;
        // ICMP answers to what we sent come back as errors of the next read; they say nothing about our own socket.
        if (error is SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.HostUnreachable
            or SocketError.NetworkUnreachable)
            return;
        if (error is not (SocketError.Success or SocketError.MessageSize))
        {
            Fail(SocketErrors.ErrnoOf(error));
            return;
        }

        // For a cut datagram Linux tells the full length.
        var truncated = (_args.SocketFlags & SocketFlags.Truncated) != 0 || _args.BytesTransferred > _maxDatagramBytes;
        var length = Math.Min(_args.BytesTransferred, _maxDatagramBytes);
        if (_batch is null)
        {
            _slab!.Retain();
            _batch = new DatagramBatch(_slab);
        }

        _batch.Datagrams.Add(new ReceivedDatagram(_fill + Headroom, length, _args.RemoteEndPoint!, truncated));
        _fill += Headroom + length;
    }

    private bool EnsureSpace()
    {
        if (_slab is not null && _slab.Length - _fill >= Headroom + _maxDatagramBytes)
            return true;
        HandOver();
        _slab?.Release();
        (_slab, _fill) = (null, 0);
        if (Volatile.Read(ref _outstanding) >= _maxSlabs)
        {
            Interlocked.Exchange(ref _starving, 1);
            if (Volatile.Read(ref _outstanding) >= _maxSlabs)
                return false;
            Interlocked.Exchange(ref _starving, 0);
        }

        _slab = _pool.TryRent(Math.Max(SlabBytes, Headroom + _maxDatagramBytes), this);
        if (_slab is null)
        {
            _actor.System.Scheduler.ScheduleTellOnce(PoolRetry, _actor.Self, new Resume(this), ActorRefs.NoSender);
            return false;
        }

        Interlocked.Increment(ref _outstanding);
        return true;
    }

    private void HandOver()
    {
        var batch = _batch;
        _batch = null;
        if (batch is not null)
            _host.OnDatagrams(batch);
    }

    private void Fail(int errno)
    {
        _ended = true;
        HandOver();
        _host.OnReadFailed(errno);
    }

    private void EndFlight()
    {
        _inFlight = false;
        _batch?.Release();
        _slab?.Release();
        (_batch, _slab) = (null, null);
        _args.Dispose();
    }
}
