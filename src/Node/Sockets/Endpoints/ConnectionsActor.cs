using System.Net;
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
/// It grants credit: with <c>max-connections</c> the listener takes one more for each one that ended, and until then new peers wait in
/// the kernel's backlog. A dialer's credit is one connection. A failing connection is stopped, never restarted, and the others do not notice.
/// What a connection has dialled for itself lives here too, beside it and without credit: each is there for one that had some.
/// </remarks>
internal sealed class ConnectionsActor : UntypedActor
{
    private readonly EndpointSpec _spec;
    private readonly SocketContext _sockets;
    private readonly EndpointCounters _counters;
    private readonly IActorRef _guard;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly HashSet<IActorRef> _outward = [];
    private IActorRef? _asker;
    private (EndPoint? EndPoint, NetAddress Address) _local;
    private ConnectionRecord? _dialled;
    private int _incarnation;
    private int _live;
    private bool _ending;

    private ConnectionsActor(EndpointSpec spec, SocketContext sockets, EndpointCounters counters, IActorRef guard) =>
        (_spec, _sockets, _counters, _guard) = (spec, sockets, counters, guard);

    public static Props Props(EndpointSpec spec, SocketContext sockets, EndpointCounters counters, IActorRef guard) =>
        Produce.Props(() => new ConnectionsActor(spec, sockets, counters, guard));

    /// <summary>How many at a time; 0: any number.</summary>
    private int Limit => _spec.Kind == EndpointKind.Dialer ? 1 : _spec.MaxConnections;

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(OnFailure, loggingEnabled: false);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Serving.GetCredit ask: Grant(ask.Incarnation); break;
            case Serving.Adopt adopt: Adopt(adopt.Socket); break;
            case Outward.Dial dial: DialFor(dial); break;
            case Terminated { ActorRef: var ended } when _outward.Remove(ended): TellWhenEmpty(); break;
            case Terminated: OnEnded(); break;
            case Serving.EndAll end: EndAll(end); break;
            case Serving.Reopened: _ending = false; break;
            default: Unhandled(message); break;
        }
    }

    private void Grant(int incarnation)
    {
        (_asker, _incarnation) = (Sender, incarnation);
        _asker.Tell(new Serving.Credit(incarnation, Limit == 0 ? long.MaxValue / 2 : Math.Max(0, Limit - _live)));
    }

    private void Adopt(Socket socket)
    {
        if (_ending || _spec.Mobility is { MayServe: false } || TryIntroduce(socket) is not { } record)
        {
            socket.Dispose();
            OnEnded(adopted: false);
            return;
        }

        _dialled = _spec.Kind == EndpointKind.Dialer ? record : null;
        var protocol = _spec.Stream!();
        var seed = new ConnectionActor.Seed(_sockets, socket, record, _counters, protocol, _spec.Overflow, _spec.PendingBytes, _spec.SlowConsumerHold, _spec.Tls?.Terms, _spec.Mobility);
        Context.Watch(ConnectionActor.Create(Context, _sockets.NextConnection(Context.System), seed));
        _live++;
    }

    /// <remarks>Counted apart: an endpoint's bytes are those of the peers it accepted, not these twice.</remarks>
    private void DialFor(Outward.Dial dial)
    {
        if (_ending)
        {
            dial.For.Tell(new Outward.Failed(SocketErrors.ECANCELED, "the endpoint is ending"));
            return;
        }

        var id = _sockets.Connections.NextId();
        var props = OutwardActor.Props(_spec, _sockets, _counters.Dialled, id, dial);
        _outward.Add(Context.Watch(Context.ActorOf(_sockets.Driver.NextConnection(Context.System).Of(LeanMailbox.For(props, Context.System)), $"out-{id}")));
    }

    /// <summary>Asks the kernel who it is; null when the peer has gone in the meantime.</summary>
    private ConnectionRecord? TryIntroduce(Socket socket)
    {
        try
        {
            SocketFactory.ApplyStream(socket, _spec.Options);
            SocketFactory.BoundToLocalPeer(socket, _spec.Options.SendBufferBytes);
            var scheme = _spec.Address.Scheme;
            var remote = Addresses.ToAddress(socket.RemoteEndPoint, scheme);
            return new ConnectionRecord(_sockets.Connections.NextId(), _spec.Name, _spec.Protocol, LocalOf(socket, scheme), remote, _counters)
            {
                Credentials = SocketFactory.CredentialsOf(socket),
                Epoch = _spec.Mobility?.Epoch,
            };
        }
        catch (SocketException e)
        {
            _log.Debug("{0}: a peer was gone before it was introduced: {1}", _spec.Name, e.Message);
            return null;
        }
    }

    /// <summary>Mostly the same for all, and then the same object.</summary>
    private NetAddress LocalOf(Socket socket, Scheme scheme)
    {
        var endPoint = socket.LocalEndPoint;
        if (endPoint is null || !endPoint.Equals(_local.EndPoint))
            _local = (endPoint, Addresses.ToAddress(endPoint, scheme));
        return _local.Address;
    }

    private void OnEnded(bool adopted = true)
    {
        if (adopted)
            _live--;
        if (Limit > 0)
            _asker?.Tell(new Serving.Credit(_incarnation, 1, _dialled?.RedialAfter, _dialled?.CloseText));
        TellWhenEmpty();
    }

    private void TellWhenEmpty()
    {
        if (_ending && _live == 0 && _outward.Count == 0)
            _guard.Tell(new Serving.Empty());
    }

    private void EndAll(Serving.EndAll all)
    {
        _ending = true;
        foreach (var child in Context.GetChildren())
            child.Tell(new End(all.Reason));
        TellWhenEmpty();
    }

    private Directive OnFailure(Exception e)
    {
        _log.Warning(e, "{0}: {1} failed and is stopped", _spec.Name, Sender.Path.Name);
        Context.System.EventStream.Publish(new NodeEvent("connection-crashed", _spec.Name, Sender.Path.Name, e.Message));
        return Directive.Stop;
    }
}
