using System.Net.Sockets;
using Akka.Actor;
using Akka.Event;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>
/// Supervises the connections of one stream endpoint: one child for each <c>(conn, address)</c>. It lives beside the listener, not
/// under it, so that no crash or re-bind of the listener costs an open connection.
/// </summary>
/// <remarks>
/// It grants accept credit: with <c>max-connections</c> the listener takes one more for each one that ended, and until then new
/// peers wait in the kernel's backlog. A failing connection is stopped, never restarted, and the others do not notice.
/// </remarks>
internal sealed class ConnectionsActor : UntypedActor
{
    private readonly EndpointSpec _spec;
    private readonly SocketContext _sockets;
    private readonly EndpointCounters _counters;
    private readonly IActorRef _guard;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IActorRef? _listener;
    private int _incarnation;
    private int _live;
    private int _endedIncarnation;

    private ConnectionsActor(EndpointSpec spec, SocketContext sockets, EndpointCounters counters, IActorRef guard) =>
        (_spec, _sockets, _counters, _guard) = (spec, sockets, counters, guard);

    public static Props Props(EndpointSpec spec, SocketContext sockets, EndpointCounters counters, IActorRef guard) =>
        Produce.Props(() => new ConnectionsActor(spec, sockets, counters, guard));

    /// <summary>Asked to end, and no listener of a later incarnation has come since.</summary>
    private bool Ending => _endedIncarnation > 0 && _incarnation <= _endedIncarnation;

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(OnFailure, loggingEnabled: false);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Serving.GetCredit ask: Grant(ask.Incarnation); break;
            case Serving.Adopt adopt: Adopt(adopt.Socket); break;
            case Terminated: OnEnded(); break;
            case Serving.EndAll end: EndAll(end); break;
            default: Unhandled(message); break;
        }
    }

    private void Grant(int incarnation)
    {
        (_listener, _incarnation) = (Sender, incarnation);
        var credit = _spec.MaxConnections == 0 ? long.MaxValue / 2 : Math.Max(0, _spec.MaxConnections - _live);
        _listener.Tell(new Serving.Credit(incarnation, credit));
    }

    private void Adopt(Socket socket)
    {
        if (Ending || TryIntroduce(socket) is not { } record)
        {
            socket.Dispose();
            if (_spec.Kind == EndpointKind.Dialer)
                Sender.Tell(new Serving.Adopted(null));
            OnEnded(adopted: false);
            return;
        }

        var protocol = _spec.Stream!();
        var seed = new ConnectionActor.Seed(_sockets, socket, record, _counters, protocol, _spec.Overflow);
        var connection = Context.Watch(Context.ActorOf(ConnectionActor.Props(seed), $"conn-{record.Id}"));
        _live++;
        if (_spec.Kind == EndpointKind.Dialer)
            Sender.Tell(new Serving.Adopted(connection));
    }

    /// <summary>Asks the kernel who it is; null when the peer has gone in the meantime.</summary>
    private ConnectionRecord? TryIntroduce(Socket socket)
    {
        try
        {
            SocketFactory.ApplyStream(socket, _spec.Options);
            var scheme = _spec.Address.Scheme;
            var (local, remote) = (Addresses.ToAddress(socket.LocalEndPoint, scheme), Addresses.ToAddress(socket.RemoteEndPoint, scheme));
            return new ConnectionRecord(_sockets.Connections.NextId(), _spec.Name, _spec.Protocol, local, remote, _counters)
            {
                Credentials = SocketFactory.CredentialsOf(socket),
            };
        }
        catch (SocketException e)
        {
            _log.Debug("{0}: a peer was gone before it was introduced: {1}", _spec.Name, e.Message);
            return null;
        }
    }

    private void OnEnded(bool adopted = true)
    {
        if (adopted)
            _live--;
        if (_spec.MaxConnections > 0)
            _listener?.Tell(new Serving.Credit(_incarnation, 1));
        if (Ending && _live == 0)
            _guard.Tell(new Serving.Empty());
    }

    private void EndAll(Serving.EndAll all)
    {
        _endedIncarnation = all.Incarnation;
        foreach (var child in Context.GetChildren())
            child.Tell(new End(all.Reason));
        if (_live == 0)
            _guard.Tell(new Serving.Empty());
    }

    private Directive OnFailure(Exception e)
    {
        _log.Warning(e, "{0}: {1} failed and is stopped", _spec.Name, Sender.Path.Name);
        Context.System.EventStream.Publish(new NodeEvent("connection-crashed", _spec.Name, Sender.Path.Name, e.Message));
        return Directive.Stop;
    }
}
