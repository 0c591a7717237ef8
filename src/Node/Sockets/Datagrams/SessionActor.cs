using System.Net;
using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>
/// One <c>(socket, address)</c>: what a connection is for a stream, for datagrams. It owns no socket: what it sends goes through the
/// actor that does, and while there is none it is lost and counted, as datagrams may be.
/// </summary>
internal sealed class SessionActor : UntypedActor, IConnection
{
    private readonly SocketContext _sockets;
    private readonly EndPoint _address;
    private readonly EndpointCounters _counters;
    private readonly IConnectionProtocol _protocol;
    private IActorRef? _socket;
    private CloseReason? _reason;
    private DropReport? _drops;
    private bool _opened;

    private SessionActor(SocketContext sockets, EndPoint address, ConnectionRecord record, EndpointCounters counters,
        IConnectionProtocol protocol, IActorRef? socket, long? pendingBytes)
    {
        (_sockets, _address, Record, _counters, _protocol, _socket) = (sockets, address, record, counters, protocol, socket);
        Outlet = new Outlet(Context.Self, pendingBytes ?? sockets.Settings.PendingBytes, OverflowPolicy.Drop, record);
        record.Outlet = Outlet;
        record.Witness = sockets.DropWitness;
        record.Actor = Context.Self.Path;
    }

    public static Props Props(SocketContext sockets, EndPoint address, ConnectionRecord record, EndpointCounters counters,
        IConnectionProtocol protocol, IActorRef? socket, long? pendingBytes) =>
        Produce.Props(() => new SessionActor(sockets, address, record, counters, protocol, socket, pendingBytes));

    IActorRef IConnection.Self => Self;

    IActorRef IConnection.Sender => Sender;

    public ConnectionRecord Record { get; }

    public Outlet Outlet { get; }

    public bool IsOpen => _reason is null;

    public bool IsDatagram => true;

    protected override void PreStart()
    {
        _counters.Opened();
        _sockets.Connections.Add(Record);
        Context.System.EventStream.Publish(new ConnectionEvents.Opened(Record));
        Self.Tell(Start.Instance);
    }

    protected override void PostStop()
    {
        var reason = _reason ?? CloseReason.EndpointStopped;
        try
        {
            if (_opened)
                _protocol.OnClosed(reason, 0);
        }
        finally
        {
            // Who is told that the session is gone may rely on it: nothing is routed to it any more.
            _counters.Closed();
            _sockets.Connections.Remove(Record, reason, 0);
            Context.System.EventStream.Publish(new ConnectionEvents.Closed(Record));
        }
    }

    protected override void OnReceive(object message)
    {
        try
        {
            // The datagram that made the session may be here before its own Start: the first message opens, whatever it is.
            if (!_opened)
                Open();
            switch (message)
            {
                case Start: break;
                case DatagramBatch batch: OnBatch(batch); break;
                case Delivery delivery: SendOut(delivery); break;
                case Serving.Socketed socketed: _socket = socketed.Socket; break;
                case End end: Close(end.Reason, end.Text); break;
                case EndAbruptly end: Abort(end.Reason); break;
                case FaultsChanged: break; // its bytes pass the socket's seam
                case Sabotage: throw Sabotage.Exception;
                case Overflowed: break;
                case Dropping: (_drops ??= new DropReport(this, Context.System.EventStream)).OnDropping(); break;
                case DropReport.Due: _drops?.OnDue(); break;
                default:
                    if (!_protocol.OnMessage(message))
                        Unhandled(message);
                    break;
            }
        }
        catch (Exception) when (MarkCrashed())
        {
            throw;
        }
    }

    public void Send(Delivery delivery)
    {
        Outlet.Charge(delivery);
        SendOut(delivery);
    }

    public bool TrySend(Delivery delivery)
    {
        if (!Outlet.TryCharge(delivery))
            return false;
        SendOut(delivery);
        return true;
    }

    public Slab? RentScratch(int bytes) => _sockets.Pool.TryRent(bytes, null);

    public void ResumeReading()
    {
    }

    public void Close(CloseReason reason, string? text = null)
    {
        if (_reason is not null)
            return;
        _reason = reason;
        _protocol.OnClosing(reason, text);
        Context.Stop(Self);
    }

    public void Abort(CloseReason reason, int errno = 0)
    {
        _reason ??= reason;
        Context.Stop(Self);
    }

    public void ShutdownSend()
    {
    }

    public void Dial(NetAddress to, ProtocolFactory protocol) => throw new NotSupportedException("sessions are not proxied");

    public void Watch(IActorRef actor) => Context.Watch(actor);

    public void Unwatch(IActorRef actor) => Context.Unwatch(actor);

    public ICancelable After(TimeSpan delay, object message) =>
        Once.Tell(Context.System, delay, Self, message);

    private void Open()
    {
        _opened = true;
        _protocol.OnOpen(this);
    }

    private void OnBatch(DatagramBatch batch)
    {
        try
        {
            foreach (var datagram in batch.Datagrams)
            {
                Record.CountIn(datagram.Length);
                if (datagram.Truncated)
                    _counters.CountDropped(1); // a part must not pass for the whole
                else if (_reason is null)
                    _protocol.OnBytes(batch.Slab, datagram.Offset, datagram.Length, out _);
            }
        }
        finally
        {
            if (_opened)
                _protocol.OnBatchEnd();
            batch.Release();
        }
    }

    private void SendOut(Delivery delivery)
    {
        if (_socket is null)
        {
            _counters.CountDropped(delivery.Messages);
            delivery.Release();
            return;
        }

        Record.CountOut(delivery.Bytes, delivery.Messages);
        _socket.Tell(new OutgoingDatagrams(delivery, _address));
    }

    private bool MarkCrashed()
    {
        _reason ??= CloseReason.Crashed;
        return false;
    }

    private sealed class Start : IReapable
    {
        public static readonly Start Instance = new();
    }
}
