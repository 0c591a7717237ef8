using System.Collections.Concurrent;
using Anode.Ledger;
using HdrHistogram;

namespace Anode.Faults;

/// <summary>What a fault has done: its evidence, and the messages under test it has on its account. Counted from any thread.</summary>
internal sealed class FaultTally
{
    private const int ChargesKept = 100_000;

    private readonly LongConcurrentHistogram _delays = new(1, TimeSpan.TicksPerDay / 10, 2);
    private readonly ConcurrentQueue<Charge> _charges = new();
    private long _delayed;
    private long _frames;
    private long _bytes;
    private long _lostFrames;
    private long _hits;
    private long _chargesCount;
    private int _connections;

    /// <summary>Connections it has had to do with.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Whatever it counts: calls that failed, connections refused, frames lost, pieces delayed.</summary>
    public long Hits => Interlocked.Read(ref _hits);

    public long DelayedPieces => Interlocked.Read(ref _delayed);

    /// <summary>Frames, datagrams or pieces that were lost, doubled, moved or changed.</summary>
    public long Frames => Interlocked.Read(ref _frames);

    /// <summary>Of these.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public long Lost => Interlocked.Read(ref _lostFrames);

    /// <summary>The newest messages under test that it had in its hands.</summary>
    public IEnumerable<Charge> Charges => _charges;

    public long ChargesCount => Interlocked.Read(ref _chargesCount);

    /// <summary>As they really were, in milliseconds: median, 99th percentile, largest.</summary>
    public (double P50, double P99, double Max) Delays()
    {
        lock (_delays)
        {
            return _delays.TotalCount == 0 ? default
                : (_delays.GetValueAtPercentile(50) / 100.0, _delays.GetValueAtPercentile(99) / 100.0, _delays.GetMaxValue() / 100.0);
        }
    }

    /// <summary>Once for each connection.</summary>
    public void CountConnection() => Interlocked.Increment(ref _connections);

    public void Hit() => Interlocked.Increment(ref _hits);

    public void CountDelayed()
    {
        Interlocked.Increment(ref _delayed);
        Interlocked.Increment(ref _hits);
    }

    /// <summary>The realised delay, in hundredths of a millisecond.</summary>
    public void Delayed(TimeSpan by)
    {
        lock (_delays)
            _delays.RecordValue(Math.Clamp(by.Ticks / (TimeSpan.TicksPerMillisecond / 100), 1, TimeSpan.TicksPerDay / 20));
    }

    public void CountLost(in Piece piece)
    {
        Interlocked.Increment(ref _lostFrames);
        CountChanged(piece, ChargeKind.Lost);
    }

    /// <summary>Something in which no message under test can be.</summary>
    public void CountLost(int bytes)
    {
        Interlocked.Increment(ref _hits);
        Interlocked.Increment(ref _lostFrames);
        Interlocked.Increment(ref _frames);
        Interlocked.Add(ref _bytes, bytes);
    }

    public void CountChanged(in Piece piece, ChargeKind kind)
    {
        Interlocked.Increment(ref _hits);
        Interlocked.Increment(ref _frames);
        Interlocked.Add(ref _bytes, piece.Length);
        var rest = piece.Span;
        while (Stamp.TryFind(ref rest, out var stamp))
        {
            Interlocked.Increment(ref _chargesCount);
            _charges.Enqueue(new Charge(kind, stamp));
            while (_charges.Count > ChargesKept && _charges.TryDequeue(out _))
            {
            }
        }
    }
}

internal enum ChargeKind
{
    Lost,
    Doubled,
    Moved,
    Changed,
}

/// <summary>One message under test that a fault had in its hands.</summary>
internal readonly record struct Charge(ChargeKind Kind, Stamp Stamp);
