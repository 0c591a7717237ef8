using System.Diagnostics;
using Akka.Actor;
using Anode.Sockets;

namespace Anode.Faults;

/// <summary>What a pipe needs of the seam it belongs to.</summary>
internal interface IPipeHost
{
    IActorRef Self { get; }

    DelayLine Line { get; }

    bool IsDatagram { get; }

    /// <summary>Its time has come.</summary>
    void Leave(Pipe pipe, in Piece piece);

    /// <summary>So much has left for now.</summary>
    void AfterLeaving(Pipe pipe);

    /// <summary>It will never leave.</summary>
    void OnLost(Pipe pipe, in Piece piece);

    void Close();

    void Reset();
}

/// <summary>
/// One direction of one connection under faults:
/// <code>
/// bytes → cut into frames, if a fault wants them → stage → stage → … → held until due → out
/// </code>
/// A stream's pieces leave in the order in which they came, unless a fault is about frames. When a fault ends, all that is held leaves at once: nothing is lost
/// by ending a delay.
/// </summary>
internal sealed class Pipe(IPipeHost host, IFrameCutter? cutter) : IPipe
{
    private readonly List<Stage> _stages = [];
    private readonly PriorityQueue<Piece, (long At, long Number)> _held = new();
    private FrameBuffer? _frames = cutter is null ? null : new FrameBuffer(cutter);
    private long _number;
    private long _lastAt;
    private long _wakeAt = Piece.Never;
    private bool _running;
    private bool _gone;

    public bool IsDatagram => host.IsDatagram;

    /// <summary>Bytes that wait in it.</summary>
    public long HeldBytes { get; private set; }

    public bool IsEmpty => _held.Count == 0;

    public bool HasStages => _stages.Count > 0;

    public bool WantsFrames => _stages.Exists(stage => stage.WantsFrames);

    /// <summary>Faults that have ended go, with what they held; new ones come after those that are there.</summary>
    public void Set(IReadOnlyList<ActiveFault> faults, Func<ActiveFault, IPipe, Stage?> begin)
    {
        var ended = _stages.Where(stage => !faults.Contains(stage.Fault)).ToList();
        foreach (var stage in ended)
        {
            stage.End();
            _stages.Remove(stage);
        }

        foreach (var fault in faults.Where(fault => !_stages.Exists(stage => stage.Fault == fault)))
        {
            if (begin(fault, this) is { } stage)
                _stages.Add(stage);
        }

        // Frames are lost and doubled before anything is done to their bytes.
        _stages.Sort((a, b) => b.WantsFrames.CompareTo(a.WantsFrames));
        for (var i = 0; i < _stages.Count; i++)
            _stages[i].Next = i + 1 < _stages.Count ? PassTo(_stages[i + 1]) : Hold;
        if (_frames?.Switch(WantsFrames) is { Length: > 0 } rest)
            Begin(rest, 0, rest.Length, isFrame: false, null);
        if (ended.Count > 0)
            LetGo();
    }

    /// <param name="bytes">Copied.</param>
    /// <param name="trailer">Goes with the last of them.</param>
    public void Feed(ReadOnlySpan<byte> bytes, Trailer? trailer)
    {
        if (_frames is null)
        {
            Begin(bytes.ToArray(), 0, bytes.Length, IsDatagram, trailer);
        }
        else
        {
            _frames.Add(bytes);
            while (_frames.TryTake(out var piece, out var isFrame))
                Begin(piece, 0, piece.Length, isFrame, _frames.IsEmpty ? Take(ref trailer) : null);
            if (trailer is not null)
                Begin([], 0, 0, isFrame: false, trailer);
            if (_frames.IsLost)
                _frames = null;
        }

        Run();
    }

    /// <summary>The stream ends behind all that came.</summary>
    public void FeedEnd()
    {
        if (_frames?.Switch(false) is { Length: > 0 } rest)
            Begin(rest, 0, rest.Length, isFrame: false, null);
        Begin([], 0, 0, isFrame: false, Trailer.End);
        Run();
    }

    /// <summary>Lets leave what is due.</summary>
    public void Run()
    {
        if (_running || _gone)
            return;
        _running = true;
        var now = Stopwatch.GetTimestamp();
        while (!_gone && _held.TryPeek(out var piece, out var order) && order.At <= now)
        {
            _held.Dequeue();
            HeldBytes -= piece.Length;
            if (piece.At > piece.CameAt)
                piece.DelayedBy?.Tally.Delayed(Stopwatch.GetElapsedTime(piece.CameAt));
            host.Leave(this, piece);
        }

        _running = false;
        if (_gone)
            return;
        host.AfterLeaving(this);
        if (_held.TryPeek(out _, out var next) && next.At < Math.Min(_wakeAt, Piece.Never))
            Wake(next.At);
    }

    public void After(TimeSpan delay, Action action) =>
        host.Line.Tell(host.Self, new Later(this, action), Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency));

    public void Lose(in Piece piece, ActiveFault fault)
    {
        fault.Tally.CountLost(piece);
        host.OnLost(this, piece);
    }

    public void Close() => host.Close();

    public void Reset() => host.Reset();

    /// <summary>The connection has ended.</summary>
    public void Drop()
    {
        _gone = true;
        _stages.Clear();
        _held.Clear();
        HeldBytes = 0;
    }

    private static Trailer? Take(ref Trailer? trailer)
    {
        var taken = trailer;
        trailer = null;
        return taken;
    }

    private static Action<Piece> PassTo(Stage stage) => piece => stage.On(piece);

    private void Begin(byte[] buffer, int offset, int length, bool isFrame, Trailer? trailer)
    {
        var now = Stopwatch.GetTimestamp();
        var piece = new Piece(buffer, offset, length, isFrame, now, now, trailer);
        if (_stages.Count > 0)
            _stages[0].On(piece);
        else
            Hold(piece);
    }

    private void Hold(Piece piece)
    {
        if (!IsDatagram && !WantsFrames)
            piece = piece.NotBefore(_lastAt);
        if (piece.At != Piece.Never || !IsDatagram)
            _lastAt = Math.Max(_lastAt, piece.At);
        HeldBytes += piece.Length;
        _held.Enqueue(piece, (piece.At, _number++));
    }

    /// <summary>All that is held is due now, in order.</summary>
    private void LetGo()
    {
        var pieces = _held.UnorderedItems.OrderBy(item => item.Priority).Select(item => item.Element).ToList();
        _held.Clear();
        HeldBytes = 0;
        _lastAt = 0;
        var now = Stopwatch.GetTimestamp();
        foreach (var piece in pieces)
        {
            HeldBytes += piece.Length;
            _held.Enqueue(piece with { At = now }, (now, _number++));
        }

        Run();
    }

    private void Wake(long at)
    {
        if (at == Piece.Never)
            return;
        _wakeAt = at;
        host.Line.Tell(host.Self, new Later(this, OnWake), at);
    }

    private void OnWake()
    {
        _wakeAt = Piece.Never;
        Run();
    }

    private sealed class Later(Pipe pipe, Action action) : SeamSignal
    {
        public override void Run()
        {
            if (!pipe._gone)
                action();
        }
    }
}
