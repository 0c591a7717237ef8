using System.Net.Sockets;
using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>
/// Owns one socket that is dialled for an accepted connection, from the first attempt to connect to its end. One try: who wanted it is told when it fails,
/// and decides.
/// </summary>
/// <remarks>
/// <para>A sibling of the connection it is dialled for, not its child: what it still has to send must not end with the other.</para>
/// <para>Invariant: its protocol's <see cref="IConnectionProtocol.OnOpen"/> or <see cref="Outward.Failed"/>, never both; neither if who wanted it is gone.</para>
/// </remarks>
internal sealed class OutwardActor : UntypedActor, IConnectHost
{
    private readonly EndpointSpec _spec;
    private readonly SocketContext _sockets;
    private readonly EndpointCounters _counters;
    private readonly long _id;
    private readonly Outward.Dial _dial;
    private ConnectLoop? _connecting;
    private Socket? _socket;
    private StreamEngine? _engine;

    private OutwardActor(EndpointSpec spec, SocketContext sockets, EndpointCounters counters, long id, Outward.Dial dial) =>
        (_spec, _sockets, _counters, _id, _dial) = (spec, sockets, counters, id, dial);

    public static Props Props(EndpointSpec spec, SocketContext sockets, EndpointCounters counters, long id, Outward.Dial dial) =>
        Produce.Props(() => new OutwardActor(spec, sockets, counters, id, dial));

    protected override void PreStart()
    {
        Context.Watch(_dial.For);
        Self.Tell(Begin.Instance);
    }

    protected override void PostStop()
    {
        _connecting?.Dispose();
        if (_engine is null)
        {
            _socket?.Dispose();
            return;
        }

        _counters.Closed();
        _engine.Dispose();
    }

    protected override void OnReceive(object message) => Connecting(message);

    private void Connecting(object message)
    {
        switch (message)
        {
            case Begin: Connect(); break;
            case ConnectLoop.Resolved resolved: resolved.Loop.On(resolved); break;
            case ConnectLoop.Completed completed: completed.Loop.On(completed); break;
            case ConnectLoop.TimedOut timedOut: timedOut.Loop.On(timedOut); break;
            case Terminated or End: Context.Stop(Self); break;
            default: Unhandled(message); break;
        }
    }

    private void Connected(object message)
    {
        try
        {
            // A time-out may have been on its way when the connection was made.
            if (message is not ConnectLoop.TimedOut && !_engine!.Handle(message))
                Unhandled(message);
        }
        catch (Exception) when (_engine!.MarkCrashed())
        {
            throw;
        }
    }

    void IConnectHost.OnConnected(Socket socket)
    {
        (_connecting, _socket) = (null, socket);
        if (TryIntroduce(socket) is not { } record)
        {
            Fail(SocketErrors.ECONNRESET);
            return;
        }

        _engine = new StreamEngine(socket, Context, _sockets, _dial.Protocol(), record, _spec.Overflow, _spec.PendingBytes, _spec.SlowConsumerHold);
        _counters.Opened();
        Become(Connected);
        _engine.Start();
    }

    void IConnectHost.OnConnectFailed(int errno)
    {
        _connecting = null;
        Fail(errno);
    }

    private void Connect()
    {
        // What a listener has beyond a connection is not for one that dials: with SO_REUSEPORT its own port could answer.
        var options = _spec.Options with { ReusePort = false, UnixMode = null };
        _connecting = new ConnectLoop(Context, this, _dial.To, options, _sockets.Settings.ConnectTimeout);
        _connecting.Start();
    }

    /// <summary>Null when the peer has gone in the meantime.</summary>
    private ConnectionRecord? TryIntroduce(Socket socket)
    {
        try
        {
            SocketFactory.BoundToLocalPeer(socket, _spec.Options.SendBufferBytes);
            var (local, remote) = (Addresses.ToAddress(socket.LocalEndPoint, _dial.To.Scheme), Addresses.ToAddress(socket.RemoteEndPoint, _dial.To.Scheme));
            return new ConnectionRecord(_id, _spec.Name, _spec.Protocol, local, remote, _counters)
            {
                OtherHalf = _dial.ForId,
                IsDialled = true,
                Credentials = SocketFactory.CredentialsOf(socket),
            };
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private void Fail(int errno)
    {
        var text = $"{SocketErrors.TextOf(errno)}: {_dial.To}";
        Context.System.EventStream.Publish(new NodeEvent("dial-failed", _spec.Name, $"conn-{_dial.ForId}", text));
        _dial.For.Tell(new Outward.Failed(errno, text));
        Context.Stop(Self);
    }

    private sealed class Begin : IReapable
    {
        public static readonly Begin Instance = new();
    }
}
