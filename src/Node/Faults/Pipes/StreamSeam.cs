using Akka.Actor;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Faults;

/// <summary>Both directions of one stream connection under faults, and what is in the way of its calls.</summary>
/// <remarks>Made when the first fault concerns the connection; it stays until the connection ends, and without faults only passes on.</remarks>
internal sealed class StreamSeam : IStreamSeam, IPipeHost
{
    // What may be held on its way in, beyond which the socket is left alone and TCP slows the peer.
    private const long InboundBytes = 4 * 1024 * 1024;

    private readonly FaultBoard _board;
    private readonly IStreamSeamHost _host;
    private readonly Pipe _in;
    private readonly Pipe _out;
    private readonly Dictionary<ActiveFault, ISocketCalls> _calls = [];
    private readonly List<FrameGate> _gates = [];
    private readonly HashSet<ActiveFault> _concerned = [];
    private byte[] _arrived = [];
    private int _arrivedFill;
    private bool _endCame;
    private bool _ended;
    private bool _finAsked;
    private bool _finDue;
    private bool _wasSent = true;

    public StreamSeam(FaultBoard board, IStreamSeamHost host)
    {
        (_board, _host) = (board, host);
        _in = new Pipe(this, host.Frames);
        _out = new Pipe(this, host.Frames);
        Refresh();
    }

    public IActorRef Self => _host.Self;

    public DelayLine Line => _board.Line;

    public bool IsDatagram => false;

    public long Room => _endCame ? 0 : Math.Max(0, InboundBytes - _in.HeldBytes - _arrivedFill);

    public bool IsSent => _out.IsEmpty;

    public ISocketCalls? Calls { get; private set; }

    public void OnBytes(ReadOnlySpan<byte> bytes) => _in.Feed(bytes, null);

    public void OnEnd() => _in.FeedEnd();

    public void OnRead() => AfterLeaving(_in);

    /// <summary>The delivery's bytes are copied, so that a delay holds nobody's slabs; what is pending at the outlet stays counted.</summary>
    public void Send(Delivery delivery)
    {
        _wasSent = false;
        var bytes = new byte[delivery.Bytes];
        var fill = 0;
        for (var i = 0; i < delivery.Count; i++)
        {
            var range = delivery[i];
            range.Slab.Buffer.AsSpan(range.Offset, range.Length).CopyTo(bytes.AsSpan(fill));
            fill += range.Length;
        }

        var trailer = new Trailer { Messages = delivery.Messages, Receipt = delivery.Receipt, ReceiptTo = delivery.ReceiptTo, About = delivery.About };
        _host.Outlet.Recharge(bytes.Length);
        delivery.Release();
        _out.Feed(bytes, trailer);
    }

    public bool OnPosted(Delivery delivery)
    {
        foreach (var gate in _gates)
        {
            if (gate.Takes(delivery))
                return true;
        }

        return false;
    }

    public bool MayEndSending()
    {
        if (_finDue)
            return true;
        if (!_finAsked)
        {
            _finAsked = true;
            _out.FeedEnd();
        }

        return _finDue;
    }

    public void Refresh()
    {
        var faults = _board.Of(_host.Record);
        _concerned.IntersectWith(faults);
        _in.Set(Of(faults, FaultDirection.Out, _host.Frames is not null), (fault, pipe) => Begin(fault, pipe, 0));
        _out.Set(Of(faults, FaultDirection.In, _host.Frames is not null), (fault, pipe) => Begin(fault, pipe, 1));
        RefreshCalls(faults);
        RefreshGates(faults);
    }

    public void Drop()
    {
        _in.Drop();
        _out.Drop();
        foreach (var gate in _gates)
            gate.Drop();
        _gates.Clear();
    }

    void IPipeHost.Leave(Pipe pipe, in Piece piece)
    {
        if (pipe == _in)
            Arrive(piece);
        else
            Write(piece);
    }

    public void AfterLeaving(Pipe pipe)
    {
        if (pipe == _in)
        {
            Deliver();
            EndStream();
            _host.PumpReader();
        }
        else if (_out.IsEmpty && !_wasSent)
        {
            _wasSent = true;
            _host.OnSeamSent();
        }
    }

    void IPipeHost.OnLost(Pipe pipe, in Piece piece)
    {
        if (pipe != _out)
            return;
        _host.Outlet.Recharge(-piece.Length);
        if (piece.Trailer is { Receipt: { } receipt, ReceiptTo: { } to })
            to.Tell(receipt, Self);
    }

    void IPipeHost.Close() => _host.Close(CloseReason.Fault, "a fault was injected");

    void IPipeHost.Reset() => _host.Abort(CloseReason.Fault);

    /// <summary>What is not about the other direction. Frame faults of a protocol whose frames cannot be told apart are for gates.</summary>
    private static List<ActiveFault> Of(IReadOnlyList<ActiveFault> faults, FaultDirection other, bool frames) =>
        [.. faults.Where(fault => fault.Spec.Direction != other && (fault.Spec.Shape is StreamShape || (frames && fault.Spec.Shape is FrameShape)))];

    private Stage? Begin(ActiveFault fault, IPipe pipe, int direction)
    {
        var dice = fault.DiceFor((_host.Record.Id * 4) + direction);
        // For a stream's bytes there is one throw: this connection, or not.
        if (fault.Spec.Shape is StreamShape && !dice.Hits(fault.Spec.Probability))
            return null;
        Concern(fault);
        var context = new StageContext(fault, dice, pipe);
        return fault.Spec.Shape switch
        {
            StreamShape shape => shape.Begin(context),
            FrameShape shape => shape.Begin(context),
            _ => null,
        };
    }

    private void RefreshCalls(IReadOnlyList<ActiveFault> faults)
    {
        foreach (var fault in faults.Where(fault => fault.Spec.Shape is CallShape && !_calls.ContainsKey(fault)))
        {
            Concern(fault);
            _calls[fault] = ((CallShape)fault.Spec.Shape).Begin(new CallContext(fault, fault.DiceFor((_host.Record.Id * 4) + 2), _in.After, TryCallsAgain));
        }

        var gone = _calls.Keys.Except(faults).ToList();
        gone.ForEach(fault => _calls.Remove(fault));
        Calls = _calls.Count == 0 ? null : new CallChain([.. _calls.Values]);
        // What such a fault had put off is nobody's to wake any more.
        if (gone.Exists(fault => fault.Spec.Shape is CallDelay))
            _in.After(TimeSpan.Zero, TryCallsAgain);
    }

    private void TryCallsAgain()
    {
        _host.PumpWriter();
        _host.PumpReader();
    }

    private void Concern(ActiveFault fault)
    {
        if (_concerned.Add(fault))
            fault.Tally.CountConnection();
    }

    private void RefreshGates(IReadOnlyList<ActiveFault> faults)
    {
        if (_host.Frames is not null)
            return;
        foreach (var gate in _gates.Where(gate => !faults.Contains(gate.Fault)).ToList())
        {
            _gates.Remove(gate);
            gate.End();
        }

        foreach (var fault in faults.Where(fault => fault.Spec.Shape is FrameShape && !_gates.Exists(gate => gate.Fault == fault)))
        {
            Concern(fault);
            _gates.Add(new FrameGate(fault, _host, _board.Line));
        }
    }

    private void Arrive(in Piece piece)
    {
        if (piece.IsEnd)
        {
            Deliver();
            _endCame = true;
            EndStream();
            return;
        }

        if (_arrivedFill + piece.Length > _arrived.Length)
            Array.Resize(ref _arrived, Math.Max(_arrivedFill + piece.Length, 2 * _arrived.Length));
        piece.Span.CopyTo(_arrived.AsSpan(_arrivedFill));
        _arrivedFill += piece.Length;
    }

    /// <summary>Who may not be told of more bytes may not be told of their end either: it would take it for that of what it has.</summary>
    private void EndStream()
    {
        if (!_endCame || _ended || _host.Allowance <= 0)
            return;
        _ended = true;
        _host.EndStream(_arrived.AsSpan(0, _arrivedFill));
    }

    /// <summary>To the protocol, as much as it takes. Ranges of it may travel on, so each time in memory of its own.</summary>
    private void Deliver()
    {
        while (_arrivedFill > 0 && _host.Allowance is > 0 and var allowance)
        {
            var count = (int)Math.Min(allowance, _arrivedFill);
            var slab = Slab.Foreign(_arrived);
            var consumed = _host.Deliver(slab, 0, count);
            slab.Release();
            _arrived = _arrived[consumed.._arrivedFill];
            _arrivedFill -= consumed;
            if (consumed == 0 || consumed < count)
                return;
        }
    }

    private void Write(in Piece piece)
    {
        if (piece.IsEnd)
        {
            _finDue = true;
            _host.EndSending();
            return;
        }

        if (piece.Length == 0 && piece.Trailer?.Receipt is null)
            return;
        var slab = Slab.Foreign(piece.Buffer);
        var delivery = Delivery.Rent();
        delivery.Append(slab, piece.Offset, piece.Length, piece.Trailer?.Messages ?? 0);
        slab.Release();
        (delivery.Receipt, delivery.ReceiptTo, delivery.About) = (piece.Trailer?.Receipt, piece.Trailer?.ReceiptTo, piece.Trailer?.About);
        delivery.QueuedAt = Environment.TickCount64;
        delivery.ChargeTo(_host.Outlet);
        _host.Write(delivery);
    }
}
