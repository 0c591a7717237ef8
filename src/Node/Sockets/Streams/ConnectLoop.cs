using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>What the connect loop needs of its owner; called on the owner's turn only.</summary>
internal interface IConnectHost
{
    /// <summary>Takes over the connected socket.</summary>
    void OnConnected(Socket socket);

    /// <summary>None of the addresses answered in time; the errno is the last one's.</summary>
    void OnConnectFailed(int errno);
}

/// <summary>
/// Connects: resolves the host, then tries every address in turn, within one time-out for all. One attempt in flight; its socket is owned
/// from before the first step until it is handed over or closed.
/// </summary>
internal sealed class ConnectLoop : IDisposable
{
    private readonly IActorContext _actor;
    private readonly IConnectHost _host;
    private readonly NetAddress _address;
    private readonly Sock.Options _options;
    private readonly SocketAsyncEventArgs _args = SocketEvents.Create();
    private readonly ICancelable _timeout;
    private readonly Queue<EndPoint> _left = new();
    private readonly Completed _completed;
    private Socket? _socket;
    private bool _inFlight;
    private bool _ended;
    private int _errno = SocketErrors.ENXIO;

    /// <param name="opened">A socket that is open already (and perhaps bound); null: one is opened for each address.</param>
    public ConnectLoop(IActorContext actor, IConnectHost host, NetAddress address, Sock.Options options, TimeSpan timeout, Socket? opened = null)
    {
        (_actor, _host, _address, _options, _socket) = (actor, host, address, options, opened);
        Opened = opened;
        _completed = new Completed(this);
        var self = actor.Self;
        _args.Completed += (_, _) => self.Tell(_completed, ActorRefs.NoSender);
        _timeout = actor.System.Scheduler.ScheduleTellOnceCancelable(timeout, self, new TimedOut(this), ActorRefs.NoSender);
    }

    public sealed class Completed(ConnectLoop loop) : IReapable
    {
        public ConnectLoop Loop => loop;

        public void Reap() => loop.EndFlight();
    }

    public sealed record TimedOut(ConnectLoop Loop) : IReapable;

    public sealed record Resolved(ConnectLoop Loop, IPAddress[] Addresses, int Errno) : IReapable;

    private Socket? Opened { get; }

    public void Start()
    {
        if (Addresses.ToEndPoint(_address) is { } endPoint)
        {
            _left.Enqueue(endPoint);
            TryNext();
            return;
        }

        Addresses.ResolveAsync(_address.Host).PipeTo(_actor.Self, ActorRefs.NoSender,
            addresses => new Resolved(this, addresses, 0),
            e => new Resolved(this, [], SocketErrors.ErrnoOf(e)));
    }

    public void On(Resolved resolved)
    {
        if (_ended)
            return;
        var family = Opened?.AddressFamily;
        foreach (var ip in resolved.Addresses.Where(ip => family is null || ip.AddressFamily == family))
            _left.Enqueue(new IPEndPoint(ip, _address.Port));
        _errno = resolved.Errno != 0 ? resolved.Errno : SocketErrors.EADDRNOTAVAIL;
        TryNext();
    }

    public void On(Completed completed)
    {
        if (!_inFlight)
            return;
        Complete();
        TryNext();
    }

    public void On(TimedOut timedOut)
    {
        if (!_ended)
            Fail(SocketErrors.ETIMEDOUT);
    }

    public void Dispose()
    {
        _ended = true;
        _timeout.Cancel();
        if (!ReferenceEquals(_socket, Opened))
            _socket?.Dispose();
        _socket = null;
        if (!_inFlight)
            _args.Dispose();
    }

    private void TryNext()
    {
        while (!_ended && !_inFlight)
        {
            if (!_left.TryDequeue(out var endPoint))
            {
                Fail(_errno);
                return;
            }

            try
            {
                _socket = Opened ?? SocketFactory.Create(FamilyOf(endPoint), _address.Kind, 0, _options);
                _args.RemoteEndPoint = endPoint;
                _inFlight = true;
                if (_socket.ConnectAsync(_args))
                    return;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException or NotSupportedException)
            {
                _inFlight = false;
                OnRefused(SocketErrors.ErrnoOf(e));
                continue;
            }

            Complete(); // beyond the reach of the catch: what the host throws is the host's
        }
    }

    private void Complete()
    {
        _inFlight = false;
        if (_ended)
        {
            _args.Dispose();
            return;
        }

        if (_args.SocketError != SocketError.Success)
        {
            OnRefused(SocketErrors.ErrnoOf(_args.SocketError));
            return;
        }

        var socket = _socket!;
        _socket = null;
        Dispose();
        _host.OnConnected(socket);
    }

    private void OnRefused(int errno)
    {
        _errno = SocketErrors.Precisely(errno, _address);
        if (!ReferenceEquals(_socket, Opened))
            _socket?.Dispose();
        _socket = null;
    }

    private void Fail(int errno)
    {
        Dispose();
        _host.OnConnectFailed(errno);
    }

    private void EndFlight()
    {
        _inFlight = false;
        _socket?.Dispose();
        _args.Dispose();
    }

    private static Family FamilyOf(EndPoint endPoint) => endPoint.AddressFamily switch
    {
        AddressFamily.Unix => Family.Unix,
        AddressFamily.InterNetworkV6 => Family.Inet6,
        _ => Family.Inet,
    };
}
