using System.Net;
using Akka.Actor;
using Akka.Event;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>
/// Supervises the sessions of one datagram endpoint: one child for each <c>(socket, address)</c>. It never touches the socket and
/// outlives it: when the socket is bound again the sessions go on.
/// </summary>
internal sealed class SessionsActor : UntypedActor, IDatagramHost
{
    private readonly EndpointSpec _spec;
    private readonly SocketContext _sockets;
    private readonly EndpointCounters _counters;
    private readonly IActorRef _guard;
    private readonly Place _place;
    private readonly IDatagramProtocol _protocol;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<EndPoint, Session> _byAddress = new(EndPointComparer.Instance);
    private readonly Dictionary<IActorRef, EndPoint> _byActor = [];
    private readonly List<Session> _touched = [];
    private IActorRef? _socket;
    private bool _ending;

    private SessionsActor(EndpointSpec spec, SocketContext sockets, EndpointCounters counters, IActorRef guard, Place place) =>
        (_spec, _sockets, _counters, _guard, _place, _protocol) = (spec, sockets, counters, guard, place, spec.Datagram!);

    public static Props Props(EndpointSpec spec, SocketContext sockets, EndpointCounters counters, IActorRef guard, Place place) =>
        Produce.Props(() => new SessionsActor(spec, sockets, counters, guard, place));

    public NetAddress? Local { get; private set; }

    public EndpointCounters Counters => _counters;

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(OnFailure, loggingEnabled: false);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case DatagramBatch batch: OnBatch(batch); break;
            case Serving.Socketed socketed: OnSocket(socketed); break;
            case Terminated ended: OnEnded(ended.ActorRef); break;
            case Serving.EndAll end: EndAll(end); break;
            case Serving.Reopened: _ending = false; break;
            default: Unhandled(message); break;
        }
    }

    public void Reply(ReadOnlySpan<byte> bytes, EndPoint to)
    {
        if (_socket is null || PeerAddresses.IsUnnamed(to))
            return;
        var slab = Slab.Foreign(bytes.ToArray());
        var delivery = Delivery.Rent();
        delivery.Append(slab, 0, bytes.Length);
        slab.Release();
        _counters.CountOut(bytes.Length, 1);
        _socket.Tell(new OutgoingDatagrams(delivery, to));
    }

    public bool OpenSession(EndPoint address, IConnectionProtocol protocol, Slab slab, ReceivedDatagram first)
    {
        if (_ending || Local is null || PeerAddresses.IsUnnamed(address) || _byAddress.Count >= _sockets.Settings.SessionsPerSocket)
            return false;
        if (_byAddress.Remove(address, out var old))
        {
            _byActor.Remove(old.Actor);
            old.Actor.Tell(new End(CloseReason.Replaced));
        }

        var remote = Addresses.ToAddress(address, _spec.Address.Scheme);
        var record = new ConnectionRecord(_sockets.Connections.NextId(), _spec.Name, _spec.Protocol, Local, remote, _counters) { Epoch = _spec.Mobility?.Epoch };
        var props = _place.Of(SessionActor.Props(_sockets, address, record, _counters, protocol, _socket, _spec.PendingBytes));
        var session = new Session(Context.Watch(Context.ActorOf(props, $"peer-{record.Id}")));
        _byAddress[address] = session;
        _byActor[session.Actor] = address;
        Pass(session, slab, first);
        return true;
    }

    private void OnBatch(DatagramBatch batch)
    {
        try
        {
            foreach (var datagram in batch.Datagrams)
            {
                if (_byAddress.TryGetValue(datagram.From, out var session))
                    Pass(session, batch.Slab, datagram);
                else
                    OnStranger(batch.Slab, datagram);
            }
        }
        finally
        {
            _protocol.OnBatchEnd();
            foreach (var session in _touched)
                session.Flush();
            _touched.Clear();
            batch.Release();
        }
    }

    private void OnStranger(Slab slab, ReceivedDatagram datagram)
    {
        _counters.CountIn(datagram.Length);
        _protocol.OnDatagram(this, slab, datagram);
    }

    private void Pass(Session session, Slab slab, ReceivedDatagram datagram)
    {
        if (session.Add(slab, datagram))
            _touched.Add(session);
    }

    private void OnSocket(Serving.Socketed socketed)
    {
        _socket = socketed.Socket;
        Local = socketed.Local ?? Local;
        foreach (var session in _byAddress.Values)
            session.Actor.Tell(socketed);
    }

    private void OnEnded(IActorRef actor)
    {
        if (_byActor.Remove(actor, out var address))
            _byAddress.Remove(address);
        if (_ending && _byActor.Count == 0)
            _guard.Tell(new Serving.Empty());
    }

    private void EndAll(Serving.EndAll all)
    {
        _ending = true;
        foreach (var session in _byAddress.Values)
            session.Actor.Tell(new End(all.Reason));
        if (_byActor.Count == 0)
            _guard.Tell(new Serving.Empty());
    }

    private Directive OnFailure(Exception e)
    {
        _log.Warning(e, "{0}: {1} failed and is stopped", _spec.Name, Sender.Path.Name);
        Context.System.EventStream.Publish(new NodeEvent("connection-crashed", _spec.Name, Sender.Path.Name, e.Message));
        return Directive.Stop;
    }

    /// <summary>One session, and what the batch at hand has for it.</summary>
    private sealed class Session(IActorRef actor)
    {
        private DatagramBatch? _pending;

        public IActorRef Actor => actor;

        /// <returns>True when this was the first datagram of the batch at hand.</returns>
        public bool Add(Slab slab, ReceivedDatagram datagram)
        {
            var first = _pending is null;
            _pending ??= DatagramBatch.Rent(slab);
            _pending.Datagrams.Add(datagram);
            return first;
        }

        public void Flush()
        {
            if (_pending is { } pending)
                actor.Tell(pending);
            _pending = null;
        }
    }
}
