using Anode.Experiments.Plans;
using Anode.Experiments.Scenarios;
using Anode.Ledger;

namespace Anode.Experiments.Running;

/// <summary>One subscriber: a thread that writes down whatever comes, and comes back when its connection is gone.</summary>
internal sealed class SeatClient
{
    private const int FirstPause = 50, LongestPause = 500;

    private readonly Seat _seat;
    private readonly Load _load;
    private readonly FlowWire _wire;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _present = new();
    private volatile FlowConnection? _connection;
    private int _place;

    public SeatClient(Seat seat, Load load)
    {
        (_seat, _load) = (seat, load);
        _wire = FlowWire.Of(seat.Workload.Protocol);
        _place = seat.Index % seat.Crew.At.Count;
        _thread = new Thread(Run) { IsBackground = true, Name = seat.Id };
    }

    public Seat Seat => _seat;

    public void Start() => _thread.Start();

    public bool AwaitPresence(TimeSpan patience, CancellationToken cancellation) => _present.Wait(patience, cancellation);

    public void Stop()
    {
        _connection?.Close();
        if (_thread.IsAlive)
            _thread.Join(TimeSpan.FromSeconds(5));
    }

    private void Run()
    {
        for (var pause = FirstPause; !_load.Stopping.IsCancellationRequested; pause = Math.Min(2 * pause, LongestPause))
        {
            var place = _seat.Crew.At[_place];
            try
            {
                using var connection = FlowConnection.Open(_load.Fleet.AddressOf(place, _seat.Workload.Protocol), _wire, _seat.ClientName, "");
                _connection = connection;
                connection.Subscribe(_seat.Workload.Filter, _seat.Crew.Queue);
                connection.ListenOn();
                Mark("present", place);
                _present.Set();
                pause = FirstPause;
                Listen(connection);
            }
            catch (Exception e) when (e is IOException or TimeoutException)
            {
                if (_load.Stopping.IsCancellationRequested)
                    return;
                if (_present.IsSet && pause == FirstPause)
                {
                    Mark("absent", place);
                    _load.Connection(_seat.Id, "down", e.Message);
                }

                if (_present.IsSet && !_seat.Crew.Reconnect)
                    return;
                if (_seat.Crew.Failover)
                    _place = (_place + 1) % _seat.Crew.At.Count;
            }

            _load.Stopping.WaitHandle.WaitOne(pause);
        }
    }

    private void Listen(FlowConnection connection)
    {
        // A stop that came before the connection was there has closed nothing.
        while (!_load.Stopping.IsCancellationRequested)
        {
            var piece = connection.Next();
            if (piece.Kind == FlowPieceKind.Message)
                Take(connection, piece);
            connection.Skip(piece);
            if (piece.Kind == FlowPieceKind.Message && _seat.Crew.Delay > TimeSpan.Zero)
                _load.Stopping.WaitHandle.WaitOne(_seat.Crew.Delay);
        }
    }

    private void Take(FlowConnection connection, FlowPiece piece)
    {
        var t = _load.Clock.Now;
        var payload = connection.Window.Slice(piece.Inner.PayloadOffset, piece.Inner.PayloadLength);
        var known = Stamp.TryRead(payload, out var stamp);
        if (!known || !Stamp.IsWhole(payload))
        {
            var flow = stamp;
            _load.History.Write("stray", t, json =>
            {
                json.WriteNumber("c", _seat.Number);
                json.WriteString("why", known ? "a wrong checksum" : "a message without a stamp");
                if (known)
                {
                    json.WriteNumber("f", flow.Flow);
                    json.WriteNumber("s", flow.Sequence);
                }
            });
            return;
        }

        _load.Got(t, _seat, stamp.Flow, stamp.Epoch, stamp.Sequence, payload.Length);
        if (_seat.Workload.Acknowledge == Acknowledge.Reply && piece.Inner.ReplyLength > 0 && _seat.Counted)
            connection.Send(_wire.Publish(0, receipt: false, connection.Window.Slice(piece.Inner.ReplyOffset, piece.Inner.ReplyLength), payload[..Math.Min(payload.Length, 64)], default));
    }

    private void Mark(string what, string place)
    {
        _load.History.Write(what, _load.Clock.Now, json =>
        {
            json.WriteNumber("c", _seat.Number);
            json.WriteString("id", _seat.Id);
            json.WriteString("at", place);
        });
    }
}
