using System.Net.Sockets;
using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>
/// A connected stream socket with its protocol: reading, writing, and above all ending. Part of the actor that owns the socket;
/// every method runs on that actor's turn.
/// </summary>
/// <remarks>
/// <para>Life: open → flushing (a reason to end is known; what is queued is sent) → lingering (FIN is sent; what the peer still sends is
/// thrown away, because closing with unread bytes would turn our last words into a reset) → ended.</para>
/// <para>With TLS a handshake comes before open, or within it for a protocol that <see cref="IConnectionProtocol.GreetsInClear"/>.</para>
/// <para>Invariant: the first reason wins, and after <see cref="IConnectionProtocol.OnOpen"/> <see cref="IConnectionProtocol.OnClosed"/> comes exactly once.</para>
/// </remarks>
internal sealed partial class StreamEngine : IConnection, IReadHost, IWriteHost, ITlsHost
{
    private const int HoldsWithProgress = 4;

    private static readonly TimeSpan FinWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PoolRetry = TimeSpan.FromMilliseconds(50);

    private readonly Socket _socket;
    private readonly IActorContext _actor;
    private readonly SocketContext _sockets;
    private readonly IConnectionProtocol _protocol;
    private readonly Readiness _readiness;
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;
    private readonly TimeSpan _hold;
    private DropReport? _drops;
    private CloseReason? _reason;
    private int _errno;
    private Phase _phase = Phase.Open;
    private ICancelable? _stallCheck;
    private ICancelable? _deadline;
    private long _poolExhaustedSince;
    private ICancelable? _endLater;
    private bool _endAsked;
    private bool _peerEnded;
    private bool _finWanted;
    private bool _finSent;
    private bool _aborted;

    public StreamEngine(Socket socket, IActorContext actor, SocketContext sockets, IConnectionProtocol protocol,
        ConnectionRecord record, OverflowPolicy overflow, long? pendingBytes = null, TimeSpan? hold = null, TlsTerms? terms = null, Mobility? lease = null)
    {
        (_socket, _actor, _sockets, _protocol, Record, _terms) = (socket, actor, sockets, protocol, record, terms);
        Self = actor.Self;
        var settings = sockets.Settings;
        Outlet = new Outlet(Self, pendingBytes ?? settings.PendingBytes, overflow, record);
        _hold = hold ?? settings.SlowConsumerHold;
        _readiness = Readiness.Of(socket, Self);
        _reader = new StreamReader(socket, _readiness, Self, this, sockets.Pool, settings);
        _writer = new StreamWriter(socket, _readiness, Self, this, sockets.Pool, Outlet, lease);
        record.Outlet = Outlet;
        record.Witness = sockets.DropWitness;
        record.Actor = Self.Path;
    }

    private enum Phase
    {
        Open,
        Flushing,
        Lingering,
        Ended,
    }

    private enum Tick
    {
        Stall,
        Deadline,
        Pool,
        Handshake,
    }

    public IActorRef Self { get; }

    public ConnectionRecord Record { get; }

    public Outlet Outlet { get; }

    public IActorRef Sender => _actor.Sender;

    public bool IsOpen => _phase == Phase.Open;

    public bool IsDatagram => false;

    long IReadHost.ReadAllowance => _phase switch
    {
        Phase.Open => _seam?.Room ?? _protocol.ReadAllowance,
        Phase.Lingering => long.MaxValue,
        _ => 0,
    };

    /// <summary>Starts reading; <see cref="IConnectionProtocol.OnOpen"/> first.</summary>
    public void Start()
    {
        _sockets.Connections.Add(Record);
        _actor.System.EventStream.Publish(new ConnectionEvents.Opened(Record));
        if (_terms is not null)
        {
            Secure(_terms);
            return;
        }

        OpenProtocol();
        _reader.Pump();
    }

    /// <returns>False: not a message of the engine's or the protocol's.</returns>
    public bool Handle(object message)
    {
        switch (message)
        {
            case Delivery delivery: OnPosted(delivery); return true;
            case Readiness ready when ready == _readiness: OnReady(ready.Take()); return true;
            case StreamWriter.Flush flush: _writer.On(flush); return true;
            case StreamReader.Resume resume: _reader.On(resume); return true;
            case Ticked { Engine: var engine, Tick: var tick } when engine == this: OnTick(tick); return true;
            case Overflowed: OnSlow($"more was pending than the {Outlet.BoundBytes} bytes this connection may have"); return true;
            case Dropping: (_drops ??= new DropReport(this, _actor.System.EventStream)).OnDropping(); return true;
            case DropReport.Due: _drops?.OnDue(); return true;
            case End end: OnEnd(end); return true;
            case EndAbruptly end: Abort(end.Reason); return true;
            case SeamSignal signal: OnSignal(signal); return true;
            case FaultsChanged: RefreshSeam(); return true;
            case Sabotage: throw Sabotage.Exception;
            case HandshakeGate.Ticket ticket: _handshake?.On(ticket); return true;
            default: return !_opened || _protocol.OnMessage(message);
        }
    }

    public void Send(Delivery delivery)
    {
        Outlet.Charge(delivery);
        Enqueue(delivery);
    }

    public bool TrySend(Delivery delivery)
    {
        if (!Outlet.TryCharge(delivery))
            return false;
        Enqueue(delivery);
        return true;
    }

    public Slab? RentScratch(int bytes) => _reader.RentScratch(bytes);

    public void ResumeReading()
    {
        _seam?.OnRead();
        _reader.Pump();
    }

    public void Watch(IActorRef actor) => _actor.Watch(actor);

    public void Unwatch(IActorRef actor) => _actor.Unwatch(actor);

    public ICancelable After(TimeSpan delay, object message) =>
        Once.Tell(_actor.System, delay, Self, message);

    public void Dial(NetAddress to, ProtocolFactory protocol) => _actor.Parent.Tell(new Outward.Dial(to, Self, Record.Id, protocol));

    int IReadHost.OnBytes(Slab slab, int offset, int length, out int needed) =>
        _seam is null ? _protocol.OnBytes(slab, offset, length, out needed) : OnSeam(slab, offset, length, out needed);

    void IReadHost.OnBytesRead(int count)
    {
        _poolExhaustedSince = 0;
        Record.CountIn(count);
    }

    void IReadHost.OnEndOfStream(ReadOnlySpan<byte> rest)
    {
        _peerEnded = true;
        if (_phase == Phase.Lingering)
        {
            Finish();
            return;
        }

        if (_seam is null)
            EndStream(rest);
        else
            EndAtSeam(rest);
    }

    void IReadHost.OnReadFailed(int errno) => Fail(errno);

    void IReadHost.OnPoolExhausted()
    {
        var now = Environment.TickCount64;
        if (_poolExhaustedSince == 0)
            _poolExhaustedSince = now;
        if (now - _poolExhaustedSince > _sockets.Settings.BufferWait.TotalMilliseconds)
            Close(CloseReason.OutOfBuffers, "the node is out of buffers");
        else
            After(PoolRetry, new Ticked(this, Tick.Pool));
    }

    void IWriteHost.OnBytesWritten(int count, int messages) => Record.CountOut(count, messages);

    void IWriteHost.OnWriterIdle()
    {
        if (_seam is { IsSent: false })
            return; // it comes back to this
        if (_phase == Phase.Flushing)
            Linger();
        else if (_handshakeLater)
            BeginHandshake();
        else if (_finWanted && !_finSent)
            SendFin();
        else if (IsOpen)
            _protocol.OnSent();
    }

    void IWriteHost.OnWriteFailed(int errno) => Fail(errno);

    void IWriteHost.OnUnsent(Delivery delivery) => Record.Witness?.OnDropped(delivery, Record, "connection-ended");

    void IWriteHost.OnSpillRefused() => OnSlow("the node is out of buffers for slow consumers");

    void IWriteHost.OnLeaseOver() => Abort(CloseReason.EndpointStopped);

    private void OpenProtocol()
    {
        _opened = true;
        RefreshSeam();
        _protocol.OnOpen(this);
    }

    private void OnReady(Ready ready)
    {
        if (_handshake is not null)
        {
            _handshake.OnReady(ready);
            return;
        }

        if ((ready & Ready.ToWrite) != 0)
            _writer.OnReady();
        if ((ready & Ready.ToRead) != 0)
            _reader.OnReady();
    }

    /// <summary>From another actor. Nothing of it may follow our last words.</summary>
    private void OnPosted(Delivery delivery)
    {
        if (!IsOpen)
            delivery.Release();
        else if (_seam?.OnPosted(delivery) != true)
            Repost(delivery);
    }

    private void Enqueue(Delivery delivery)
    {
        if (_phase is Phase.Lingering or Phase.Ended || _finSent)
        {
            delivery.Release();
            return;
        }

        delivery.QueuedAt = Environment.TickCount64;
        if (_seam is null)
            _writer.Enqueue(delivery);
        else
            _seam.Send(delivery);
        if (!_protocol.WaitsForPeer)
            _stallCheck ??= After(_hold, new Ticked(this, Tick.Stall));
    }

    private void OnTick(Tick tick)
    {
        switch (tick)
        {
            case Tick.Stall: CheckStall(); break;
            case Tick.Pool: _reader.Pump(); break;
            case Tick.Deadline: OnDeadline(); break;
            case Tick.Handshake: OnHandshakeDeadline(); break;
        }
    }

    /// <remarks>
    /// The soft mark is time: who takes nothing for the hold is set apart, and so is who takes something but leaves what it is sent waiting for
    /// <see cref="HoldsWithProgress"/> holds. That one would otherwise slow its sources, and with them everybody else, to its own pace for ever.
    /// </remarks>
    private void CheckStall()
    {
        _stallCheck = null;
        if (_writer.Idle || _phase is Phase.Lingering or Phase.Ended)
            return;
        var settings = _sockets.Settings;
        var now = Environment.TickCount64;
        var age = _writer.InFlightSince == 0 ? 0 : now - _writer.InFlightSince;
        if (age >= settings.WriteTimeout.TotalMilliseconds)
            OnSlow("nothing could be sent for the write time-out");
        else if (age >= _hold.TotalMilliseconds || now - _writer.OldestSince >= HoldsWithProgress * _hold.TotalMilliseconds)
            _writer.Spill();
        if (_phase != Phase.Ended)
            _stallCheck = After(_hold, new Ticked(this, Tick.Stall));
    }

    private void OnSlow(string text)
    {
        if (_phase == Phase.Flushing && _reason != CloseReason.SlowConsumer)
            Finish();
        if (_phase != Phase.Open)
            return;
        // Under the policy to close, what was turned away is what the close is about; under the other it has been told before.
        var (messages, bytes) = _drops is null ? (0, 0) : (Record.DroppedMessages, Record.DroppedBytes);
        _writer.DropBacklog(Record);
        _actor.System.EventStream.Publish(
            new ConnectionEvents.Slow(Record, text, Record.DroppedMessages - messages, Record.DroppedBytes - bytes, Record.LastDropped));
        Close(CloseReason.SlowConsumer, text);
    }

    private sealed record Ticked(StreamEngine Engine, Tick Tick) : IReapable;
}
