using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>
/// Owns one stream socket that another actor drives, from <see cref="Sock.Open"/> to <see cref="Sock.Closed"/>: fresh, then listening
/// or connecting and connected, as it is told.
/// </summary>
/// <remarks>
/// Accepted sockets become actors of their own under <see cref="SocketsActor"/>, so that closing the listening socket leaves them, as
/// it does with plain sockets.
/// </remarks>
internal sealed class StreamSocketActor : UntypedActor, IAcceptHost, IConnectHost
{
    // Far beyond the kernel's own patience (tcp_syn_retries: two minutes), and within what a timer can count.
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(1);

    private readonly SocketContext _sockets;
    private readonly EndpointCounters _counters;
    private readonly Family _family;
    private readonly Sock.Options _options;
    private readonly Socket _socket;
    private IActorRef _owner;
    private AcceptLoop? _accepting;
    private ConnectLoop? _connecting;
    private StreamEngine? _engine;
    private (Sock.Connect Command, IActorRef From) _connect;
    private NetAddress? _local;
    private CloseReason? _reason;
    private int _errno;
    private long _credit;

    private StreamSocketActor(SocketContext sockets, EndpointCounters counters, Family family, Sock.Options options, Socket socket, IActorRef owner) =>
        (_sockets, _counters, _family, _options, _socket, _owner) = (sockets, counters, family, options, socket, owner);

    public static Props Props(SocketContext sockets, EndpointCounters counters, Family family, Sock.Options options, Socket socket, IActorRef owner) =>
        Produce.Props(() => new StreamSocketActor(sockets, counters, family, options, socket, owner));

    long IAcceptHost.AcceptCredit => _credit;

    protected override void PreStart()
    {
        Context.Watch(_owner);
        _owner.Tell(new Sock.Opened(_family, SocketKind.Stream));
    }

    protected override void PostStop()
    {
        _accepting?.Dispose();
        _connecting?.Dispose();
        if (_engine is not null)
        {
            _counters.Closed();
            _engine.Dispose(); // says Closed through its protocol
            return;
        }

        _socket.Dispose();
        _owner.Tell(new Sock.Closed(_reason ?? CloseReason.Crashed, _errno));
    }

    protected override void OnReceive(object message) => Fresh(message);

    private void Fresh(object message)
    {
        switch (message)
        {
            case Sock.Bind bind: Bind(bind); break;
            case Sock.Listen listen: Listen(listen); break;
            case Sock.Connect connect: Connect(connect); break;
            default: Common(message); break;
        }
    }

    private void Listening(object message)
    {
        switch (message)
        {
            case AcceptLoop.Completed accepted: _accepting!.On(accepted); break;
            case Readiness readiness when _accepting is not null: _accepting.On(readiness); break;
            case AcceptLoop.Resume resume: _accepting!.On(resume); break;
            case Sock.Accept accept: Accept(accept); break;
            default: Common(message); break;
        }
    }

    private void Connecting(object message)
    {
        switch (message)
        {
            case ConnectLoop.Resolved resolved: resolved.Loop.On(resolved); break;
            case ConnectLoop.Completed completed: completed.Loop.On(completed); break;
            case ConnectLoop.TimedOut timedOut: timedOut.Loop.On(timedOut); break;
            case Sock.Connect connect: Fail(connect, SocketErrors.EALREADY); break;
            default: Common(message); break;
        }
    }

    private void Connected(object message)
    {
        try
        {
            if (!_engine!.Handle(message))
                Unhandled(message);
        }
        catch (Exception) when (_engine!.MarkCrashed())
        {
            throw;
        }
    }

    private void Common(object message)
    {
        switch (message)
        {
            case Sock.Close: Finish(CloseReason.Requested); break;
            case Sock.Abort: Finish(CloseReason.Aborted); break;
            case Sock.Own: Own(); break;
            case Sock.GetHostName: Sender.Tell(new Sock.HostName(Dns.GetHostName())); break;
            case Sock.Bind bind: Fail(bind, SocketErrors.EINVAL); break;
            case Sock.Listen listen: Fail(listen, SocketErrors.EINVAL); break;
            case Sock.Connect connect: Fail(connect, SocketErrors.EOPNOTSUPP); break;
            case Sock.Accept accept: Fail(accept, SocketErrors.EINVAL); break;
            case Sock.SendTo sendTo: Fail(sendTo, SocketErrors.EOPNOTSUPP); break;
            case Sock.ICommand command: Fail(command, SocketErrors.ENOTCONN); break;
            case Terminated ended when ended.ActorRef.Equals(_owner): OnOwnerGone(); break;
            case Terminated: break;
            case End end: Finish(end.Reason); break;
            case ConnectLoop.TimedOut: break; // of an attempt that is over
            default: Unhandled(message); break;
        }
    }

    void IAcceptHost.OnAccepted(Socket socket)
    {
        _credit--;
        Context.Parent.Tell(new SocketsActor.Adopt(socket, _owner, _options, Addresses.SchemeOf(_family, SocketKind.Stream)));
    }

    void IAcceptHost.OnShortage(int errno, TimeSpan pause) =>
        Context.System.EventStream.Publish(new NodeEvent("accept-shortage", null, Self.Path.Name, SocketErrors.TextOf(errno)));

    void IAcceptHost.OnSocketDead(int errno)
    {
        _errno = errno;
        Finish(CloseReason.SocketError);
    }

    void IConnectHost.OnConnected(Socket socket)
    {
        _connecting = null;
        var scheme = _connect.Command.Address.Scheme;
        var remote = Addresses.ToAddress(socket.RemoteEndPoint, scheme);
        var local = Addresses.ToAddress(socket.LocalEndPoint, scheme);
        var record = new ConnectionRecord(_sockets.Connections.NextId(), SocketsActor.EndpointName, "handler", local, remote, _counters)
        {
            Credentials = SocketFactory.CredentialsOf(socket),
        };
        var protocol = new HandlerProtocol(_owner, made => new Sock.Connected(made.Id, made.Local, made.Remote), _options);
        _engine = new StreamEngine(socket, Context, _sockets, protocol, record, OverflowPolicy.Close, long.MaxValue);
        _counters.Opened();
        Become(Connected);
        _engine.Start();
    }

    void IConnectHost.OnConnectFailed(int errno)
    {
        _connecting = null;
        var (command, from) = _connect;
        from.Tell(SocketErrors.Failed(command, errno, command.Address.ToString()));
        _errno = errno;
        Finish(CloseReason.ConnectFailed);
    }

    private void Bind(Sock.Bind bind)
    {
        if (_local is not null)
        {
            Fail(bind, SocketErrors.EINVAL, $"already bound to {_local}");
            return;
        }

        if (RefusesTls(bind, bind.Address))
            return;
        try
        {
            Binder.BindOpen(_socket, bind.Address, _family, SocketKind.Stream, _options);
        }
        catch (Exception e) when (Binder.IsBindFailure(e))
        {
            Fail(bind, SocketErrors.ErrnoOf(e), bind.Address.ToString());
            return;
        }

        _local = Addresses.ToAddress(_socket.LocalEndPoint, bind.Address.Scheme);
        Sender.Tell(new Sock.Bound(_local));
    }

    private void Listen(Sock.Listen listen)
    {
        if (_local is null || listen.Backlog < 0)
        {
            Fail(listen, _local is null ? SocketErrors.EDESTADDRREQ : SocketErrors.EINVAL, listen.Backlog < 0 ? "backlog must be 0 or more" : "bind first");
            return;
        }

        try
        {
            _socket.Listen(listen.Backlog);
        }
        catch (SocketException e)
        {
            Fail(listen, SocketErrors.ErrnoOf(e), _local.ToString());
            return;
        }

        _credit = listen.Pull ? 0 : long.MaxValue / 2;
        _accepting = new AcceptLoop(_socket, Context, this, _sockets.Settings);
        Become(Listening);
        Sender.Tell(new Sock.Listening(_local, listen.Backlog));
        _accepting.Pump();
    }

    private void Accept(Sock.Accept accept)
    {
        if (accept.Count <= 0)
        {
            Fail(accept, SocketErrors.EINVAL);
            return;
        }

        _credit = Math.Min(_credit + accept.Count, long.MaxValue / 2);
        _accepting!.Pump();
    }

    private void Connect(Sock.Connect connect)
    {
        if (Addresses.WhyNot(connect.Address, _family, SocketKind.Stream, _options) is var mismatch and not 0)
        {
            Fail(connect, mismatch, connect.Address.ToString());
            return;
        }

        if (RefusesTls(connect, connect.Address))
            return;
        var timeout = connect.Timeout ?? _sockets.Settings.ConnectTimeout;
        if (timeout <= TimeSpan.Zero)
        {
            Fail(connect, SocketErrors.EINVAL, "the time-out must be positive");
            return;
        }

        _connect = (connect, Sender);
        timeout = timeout < LongestTimeout ? timeout : LongestTimeout;
        _connecting = new ConnectLoop(Context, this, connect.Address, _options, timeout, _socket);
        Become(Connecting);
        _connecting.Start();
    }

    /// <summary>A plain socket where somebody wrote tls:// would be worse than none.</summary>
    private bool RefusesTls(Sock.ICommand command, NetAddress address)
    {
        if (address.Scheme != Scheme.Tls)
            return false;
        Fail(command, SocketErrors.EPROTONOSUPPORT, $"TLS is for listeners, dialers and peers of a node: {address}");
        return true;
    }

    private void Own()
    {
        Context.Unwatch(_owner);
        _owner = Sender;
        Context.Watch(_owner);
    }

    private void OnOwnerGone()
    {
        _owner = ActorRefs.Nobody;
        Finish(CloseReason.OwnerGone);
    }

    private void Finish(CloseReason reason)
    {
        _reason ??= reason;
        Context.Stop(Self);
    }

    private void Fail(Sock.ICommand command, int errno, string? about = null) => Sender.Tell(SocketErrors.Failed(command, errno, about));
}
