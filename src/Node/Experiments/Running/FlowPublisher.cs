using System.Text;
using Anode.Experiments.Plans;
using Anode.Experiments.Scenarios;
using Anode.Ledger;

namespace Anode.Experiments.Running;

/// <summary>
/// One publisher: a thread that sends each message at its time, connection or not, and one that reads what comes back. What is not answered in time is
/// <c>info</c>, and so is what was under way when the connection broke.
/// </summary>
internal sealed class FlowPublisher
{
    private const int ReconnectPause = 100_000;

    /// <summary>A publisher that nobody answers stops adding to what it has to remember.</summary>
    private const int MostPending = 100_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Flow _flow;
    private readonly Workload _work;
    private readonly Load _load;
    private readonly FlowWire _wire;
    private readonly byte[] _subject;
    private readonly string _name;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _connected = new();
    private readonly object _gate = new();
    private readonly SortedDictionary<long, Unanswered> _pending = [];
    private readonly Queue<long> _flushes = new();
    private FlowConnection? _connection;
    private int _place;
    private long _sequence;
    private long _tryAgainAt;
    private long _begin;
    private long _end;
    private byte[] _payload = [];

    public FlowPublisher(Flow flow, Load load)
    {
        (_flow, _load, _work) = (flow, load, flow.Workload);
        _wire = FlowWire.Of(_work.Protocol);
        _subject = Encoding.UTF8.GetBytes(flow.Subject);
        _name = flow.ClientName;
        _place = flow.Index % _work.Publishers.At.Count;
        _thread = new Thread(Run) { IsBackground = true, Name = _name };
    }

    public int Pending
    {
        get
        {
            lock (_gate)
                return _pending.Count;
        }
    }

    public Flow Flow => _flow;

    /// <summary>Connects at once and sends between these times.</summary>
    public void Start() => _thread.Start();

    public void Go(long begin, long end)
    {
        Volatile.Write(ref _end, end);
        Volatile.Write(ref _begin, begin);
    }

    public bool AwaitConnection(TimeSpan patience, CancellationToken cancellation) => _connected.Wait(patience, cancellation);

    public void Stop()
    {
        lock (_gate)
            _connection?.Close();
        if (_thread.IsAlive)
            _thread.Join(Patience);
    }

    private void Run()
    {
        Cli.Bench.Measuring.Pace.WakeInTime();
        TryConnect();
        while (Volatile.Read(ref _begin) == 0)
        {
            if (_load.Stopping.WaitHandle.WaitOne(5))
                return;
            TryConnect();
        }

        if (_work.OpenLoop)
            OpenLoop();
        else
            ClosedLoop();
        // What is still unanswered gets its answer, or its time-out.
        while (!_load.Stopping.IsCancellationRequested)
        {
            Expire();
            if (_work.Retry)
                TryConnect();
            _load.Stopping.WaitHandle.WaitOne(20);
        }
    }

    private void OpenLoop()
    {
        foreach (var time in _flow.Times(_load.Seed))
        {
            var intended = _begin + time.Ticks / 10;
            if (intended >= Volatile.Read(ref _end))
                return;
            // In between, old ones expire.
            while (intended - _load.Clock.Now > 20_000)
            {
                Expire();
                if (!_load.Clock.WaitUntil(_load.Clock.Now + 20_000, _load.Stopping))
                    return;
            }

            if (!_load.Clock.WaitUntil(intended, _load.Stopping))
                return;
            Publish(intended);
        }
    }

    private void ClosedLoop()
    {
        while (_load.Clock.WaitUntil(_begin, _load.Stopping) && _load.Clock.Now < Volatile.Read(ref _end))
        {
            Publish(_load.Clock.Now);
            while (Pending > 0 && !_load.Stopping.IsCancellationRequested)
            {
                Expire();
                _load.Clock.WaitUntil(_load.Clock.Now + 200, _load.Stopping);
            }

            if (_connection is null)
                _load.Clock.WaitUntil(_load.Clock.Now + 10_000, _load.Stopping);
        }
    }

    private void Publish(long intended)
    {
        Expire();
        TryConnect();
        var sequence = _sequence++;
        var size = _flow.SizeOf(_load.Seed, sequence);
        var now = _load.Clock.Now;
        _load.Invoke(now, _flow.Number, sequence, intended, size);
        FlowConnection? connection;
        lock (_gate)
        {
            connection = _connection;
            if (connection is not null && _pending.Count < MostPending && _work.Acknowledge != Acknowledge.None)
            {
                _pending[sequence] = new Unanswered(now, intended);
                if (_work.Acknowledge == Acknowledge.Flush)
                    _flushes.Enqueue(sequence);
            }
        }

        if (connection is null)
        {
            _load.Ended("fail", now, _flow.Number, sequence, "no connection");
            return;
        }

        SendOut(connection, sequence, intended);
    }

    private void SendOut(FlowConnection connection, long sequence, long intended)
    {
        try
        {
            var payload = PayloadOf(sequence, intended);
            var reply = _work.Acknowledge == Acknowledge.Reply ? Encoding.ASCII.GetBytes(connection.Inbox) : [];
            var bytes = _wire.Publish(sequence + 1, _work.Acknowledge == Acknowledge.Receipt, _subject, payload, reply);
            connection.Send(_work.Acknowledge == Acknowledge.Flush ? [.. bytes, .. _wire.Format.Ping] : bytes);
        }
        catch (IOException e)
        {
            if (_work.Acknowledge == Acknowledge.None)
                _load.Ended("info", _load.Clock.Now, _flow.Number, sequence, $"connection lost: {e.Message}");
            Lost(connection, e.Message);
        }
    }

    private ReadOnlySpan<byte> PayloadOf(long sequence, long intended)
    {
        var size = _flow.SizeOf(_load.Seed, sequence);
        if (_payload.Length < size)
        {
            _payload = new byte[size];
            for (var i = Stamp.Bytes; i < size; i++)
                _payload[i] = (byte)('a' + i % 26);
        }

        var payload = _payload.AsSpan(0, size);
        new Stamp(_flow.Number, _load.Epoch, sequence, _load.Clock.Unix(intended)).Write(payload);
        return payload;
    }

    /// <summary>At most every tenth of a second; on this thread, for at most the time a handshake may take.</summary>
    private void TryConnect()
    {
        if (_connection is not null || _load.Clock.Now < _tryAgainAt || (_connected.IsSet && !_work.Publishers.Reconnect))
            return;
        var place = _work.Publishers.At[_place];
        try
        {
            var connection = FlowConnection.Open(_load.Fleet.AddressOf(place, _work.Protocol), _wire, _name, _name);
            if (_work.Acknowledge == Acknowledge.Reply)
                connection.SubscribeInbox();
            connection.ListenOn();
            Unanswered[] again;
            long[] sequences;
            lock (_gate)
            {
                _connection = connection;
                _flushes.Clear();
                (sequences, again) = ([.. _pending.Keys], [.. _pending.Values]);
            }

            new Thread(() => Listen(connection)) { IsBackground = true, Name = $"{_name} answers" }.Start();
            _load.Connection(_name, "up", place);
            _connected.Set();
            for (var i = 0; i < again.Length; i++)
                SendOut(connection, sequences[i], again[i].Intended);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            if (_work.Publishers.Failover)
                _place = (_place + 1) % _work.Publishers.At.Count;
            _tryAgainAt = _load.Clock.Now + ReconnectPause;
        }
    }

    private void Listen(FlowConnection connection)
    {
        try
        {
            while (!_load.Stopping.IsCancellationRequested)
            {
                var piece = connection.Next();
                var t = _load.Clock.Now;
                switch (piece.Kind)
                {
                    case FlowPieceKind.Receipt:
                        Answered(t, piece.Id - 1, piece.Receivers);
                        break;
                    case FlowPieceKind.Pong:
                        lock (_gate)
                            Answered(t, _flushes.TryDequeue(out var flushed) ? flushed : -1, -1);
                        break;
                    case FlowPieceKind.Message when piece.Inner.IsNoResponders:
                        break; // nobody there to answer: the time-out says so
                    case FlowPieceKind.Message when Stamp.TryRead(connection.Window.Slice(piece.Inner.PayloadOffset, piece.Inner.PayloadLength), out var stamp) && stamp.Flow == _flow.Number:
                        Answered(t, stamp.Sequence, -1);
                        break;
                    case FlowPieceKind.Refused when piece.Id > 0:
                        Refused(t, piece.Id - 1, piece.Text);
                        break;
                }

                connection.Skip(piece);
            }
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            Lost(connection, e.Message);
        }
    }

    /// <summary>Also one that was given up: late is still acknowledged.</summary>
    private void Answered(long t, long sequence, long receivers)
    {
        if (sequence < 0)
            return;
        lock (_gate)
            _pending.Remove(sequence);
        _load.Ok(t, _flow.Number, sequence, receivers);
    }

    private void Refused(long t, long sequence, string code)
    {
        lock (_gate)
        {
            if (!_pending.Remove(sequence))
                return;
        }

        // That a receipt is late says nothing about the message.
        _load.Ended(code == "receipt-timeout" ? "info" : "fail", t, _flow.Number, sequence, code);
    }

    private void Expire()
    {
        var (now, timeout) = (_load.Clock.Now, _work.AckTimeout.Ticks / 10);
        for (; ; )
        {
            long sequence;
            lock (_gate)
            {
                if (_pending.Count == 0 || now - _pending.First().Value.At <= timeout)
                    return;
                sequence = _pending.First().Key;
                _pending.Remove(sequence);
            }

            _load.Ended("info", now, _flow.Number, sequence, "time-out");
        }
    }

    private void Lost(FlowConnection connection, string why)
    {
        long[] open;
        lock (_gate)
        {
            if (_connection != connection)
                return;
            _connection = null;
            open = _work.Retry ? [] : [.. _pending.Keys];
            if (!_work.Retry)
                _pending.Clear();
            _flushes.Clear();
        }

        connection.Dispose();
        if (_load.Stopping.IsCancellationRequested)
            return;
        if (_work.Publishers.Failover)
            _place = (_place + 1) % _work.Publishers.At.Count;
        foreach (var sequence in open)
            _load.Ended("info", _load.Clock.Now, _flow.Number, sequence, $"connection lost: {why}");
        _load.Connection(_name, "down", why);
    }

    private readonly record struct Unanswered(long At, long Intended);
}
