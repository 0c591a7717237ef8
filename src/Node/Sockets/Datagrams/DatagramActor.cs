using System.Net.Sockets;
using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>
/// Owns the socket of a datagram endpoint, and nothing else: one batch per turn of reading goes to the sessions' supervisor, and what
/// they send goes out in order. Its sessions live beside it and survive it.
/// </summary>
internal sealed class DatagramActor : UntypedActor, IDatagramReadHost, IDatagramWriteHost, IDatagramSeamHost
{
    private readonly EndpointSpec _spec;
    private readonly int _incarnation;
    private readonly SocketContext _sockets;
    private readonly EndpointCounters _counters;
    private readonly IActorRef _sessions;
    private readonly IActorRef _guard;
    private Socket? _socket;
    private Readiness? _readiness;
    private DatagramReader? _reader;
    private DatagramWriter? _writer;
    private IDatagramSeam? _seam;

    private DatagramActor(EndpointSpec spec, int incarnation, SocketContext sockets, EndpointCounters counters, IActorRef sessions, IActorRef guard) =>
        (_spec, _incarnation, _sockets, _counters, _sessions, _guard) = (spec, incarnation, sockets, counters, sessions, guard);

    public static Props Props(EndpointSpec spec, int incarnation, SocketContext sockets, EndpointCounters counters, IActorRef sessions, IActorRef guard) =>
        Produce.Props(() => new DatagramActor(spec, incarnation, sockets, counters, sessions, guard));

    long IDatagramReadHost.ReadAllowance => long.MaxValue;

    IActorRef IDatagramSeamHost.Self => Self;

    string IDatagramSeamHost.Endpoint => _spec.Name;

    string IDatagramSeamHost.Protocol => _spec.Protocol;

    protected override void PreStart() => Self.Tell(Open.Instance);

    protected override void PostStop()
    {
        _seam?.Drop();
        _reader?.Dispose();
        _writer?.Dispose();
        _readiness?.Dispose();
        _socket?.Dispose();
        _sessions.Tell(new Serving.Socketed(null, null));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Open: Bind(); break;
            case Readiness ready when ready == _readiness: OnReady(ready.Take()); break;
            case DatagramReader.Resume resume: _reader?.On(resume); break;
            case OutgoingDatagrams outgoing: SendOut(outgoing); break;
            case SeamSignal signal: signal.Run(); break;
            case FaultsChanged: RefreshSeam(); break;
            case Sabotage: throw Sabotage.Exception;
            default: Unhandled(message); break;
        }
    }

    void IDatagramReadHost.OnDatagrams(DatagramBatch batch)
    {
        if (_seam is null)
            _sessions.Tell(batch);
        else
            _seam.OnBatch(batch);
    }

    void IDatagramSeamHost.Deliver(DatagramBatch batch) => _sessions.Tell(batch);

    void IDatagramSeamHost.Write(OutgoingDatagrams outgoing) => _writer!.Enqueue(outgoing);

    void IDatagramReadHost.OnDatagramsLost(int count) => _counters.CountDropped(count);

    void IDatagramReadHost.OnReadFailed(int errno) => throw new EndpointLostException(errno, SocketErrors.TextOf(errno));

    void IDatagramWriteHost.OnDatagramSent(int bytes)
    {
        // Counted where it was made, by the session or the endpoint; a refusal is counted here.
    }

    void IDatagramWriteHost.OnDatagramRefused(int errno, OutgoingDatagrams from)
    {
        _counters.CountDropped(1);
        from.FailTo?.Tell(new DatagramNotSent(errno, from.Cause), Self);
    }

    private void Bind()
    {
        try
        {
            _socket = Binder.Bind(_spec.Address, SocketKind.Datagram, _spec.Options);
        }
        catch (Exception e) when (Binder.IsBindFailure(e))
        {
            _guard.Tell(new Serving.CannotBind(_incarnation, SocketErrors.ErrnoOf(e), Binder.Describe(e, _spec.Address)));
            Context.Stop(Self);
            return;
        }

        _readiness = Readiness.Of(_socket, Self);
        _reader = new DatagramReader(_socket, _readiness, Context, this, _sockets.Pool, _spec.Options.MaxDatagramBytes, _sockets.Settings.SlabsPerSource);
        _writer = new DatagramWriter(_socket, _readiness, Self, this);
        var local = Addresses.ToAddress(_socket.LocalEndPoint, _spec.Address.Scheme);
        _guard.Tell(new Serving.Up(_incarnation, local));
        _sessions.Tell(new Serving.Socketed(Self, local));
        RefreshSeam();
        _reader.Pump();
    }

    private void RefreshSeam()
    {
        if (_seam is null)
            _seam = _writer is null ? null : _sockets.Faults?.Of(this);
        else
            _seam.Refresh();
    }

    private void OnReady(Ready ready)
    {
        if ((ready & Ready.ToWrite) != 0)
            _writer!.OnReady();
        if ((ready & Ready.ToRead) != 0)
            _reader!.OnReady();
    }

    private void SendOut(OutgoingDatagrams outgoing)
    {
        // As for streams: of an endpoint that is another node's by now nothing is sent.
        if (_writer is null || _spec.Mobility is { MaySend: false })
            outgoing.Delivery.Release();
        else if (_seam is null)
            _writer.Enqueue(outgoing);
        else
            _seam.Send(outgoing);
    }

    private sealed class Open : IReapable
    {
        public static readonly Open Instance = new();
    }
}
