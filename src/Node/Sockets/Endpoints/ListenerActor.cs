using System.Net.Sockets;
using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>
/// Owns one listening socket, and nothing else, from open to close. Accepted sockets go to the supervisor of the connections.
/// </summary>
/// <remarks>
/// One incarnation: when it fails it is stopped and the guard creates the next one, whose mailbox is empty, so no completion of the old
/// socket can reach it. A socket accepted meanwhile is closed by the reaper.
/// </remarks>
internal sealed class ListenerActor : UntypedActor, IAcceptHost
{
    private readonly EndpointSpec _spec;
    private readonly int _incarnation;
    private readonly SocketContext _sockets;
    private readonly IActorRef _connections;
    private readonly IActorRef _guard;
    private Socket? _socket;
    private AcceptLoop? _loop;
    private long _credit;

    private ListenerActor(EndpointSpec spec, int incarnation, SocketContext sockets, IActorRef connections, IActorRef guard) =>
        (_spec, _incarnation, _sockets, _connections, _guard) = (spec, incarnation, sockets, connections, guard);

    public static Props Props(EndpointSpec spec, int incarnation, SocketContext sockets, IActorRef connections, IActorRef guard) =>
        Produce.Props(() => new ListenerActor(spec, incarnation, sockets, connections, guard));

    long IAcceptHost.AcceptCredit => _credit;

    AcceptFault IAcceptHost.FaultOnAccept => _sockets.Faults?.OnAccept(_spec.Name) ?? default;

    protected override void PreStart() => Self.Tell(Open.Instance);

    protected override void PostStop()
    {
        _loop?.Dispose();
        _socket?.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Open: Bind(); break;
            case Serving.Credit credit when credit.Incarnation == _incarnation: OnCredit(credit.Connections); break;
            case Serving.Credit: break;
            case AcceptLoop.Completed accepted: _loop?.On(accepted); break;
            case Readiness readiness: _loop?.On(readiness); break;
            case AcceptLoop.Resume resume: _loop?.On(resume); break;
            case AcceptLoop.Held held: held.Loop.On(held); break;
            case Sabotage: throw Sabotage.Exception;
            default: Unhandled(message); break;
        }
    }

    void IAcceptHost.OnAccepted(Socket socket)
    {
        _credit--;
        _connections.Tell(new Serving.Adopt(socket));
    }

    void IAcceptHost.OnShortage(int errno, TimeSpan pause) => _guard.Tell(new Serving.Short(_incarnation, errno, pause));

    void IAcceptHost.OnSocketDead(int errno) => throw new EndpointLostException(errno, SocketErrors.TextOf(errno));

    private void Bind()
    {
        if (_spec.Tls is { } tls)
        {
            var trouble = tls.TryLoad();
            TlsNotices.OnLoaded(tls, trouble, _spec.Name, Context);
            if (tls.Terms is null)
            {
                _guard.Tell(new Serving.CannotBind(_incarnation, 0, trouble!));
                Context.Stop(Self);
                return;
            }
        }

        try
        {
            _socket = Binder.Bind(_spec.Address, SocketKind.Stream, _spec.Options);
            _socket.Listen(_spec.Backlog);
        }
        catch (Exception e) when (Binder.IsBindFailure(e))
        {
            _guard.Tell(new Serving.CannotBind(_incarnation, SocketErrors.ErrnoOf(e), Binder.Describe(e, _spec.Address)));
            Context.Stop(Self);
            return;
        }

        _loop = new AcceptLoop(_socket, Context, this, _sockets.Settings);
        _guard.Tell(new Serving.Up(_incarnation, Addresses.ToAddress(_socket.LocalEndPoint, _spec.Address.Scheme)));
        _connections.Tell(new Serving.GetCredit(_incarnation));
    }

    private void OnCredit(long connections)
    {
        _credit += connections;
        _loop?.Pump();
    }

    private sealed class Open : IReapable
    {
        public static readonly Open Instance = new();
    }
}
