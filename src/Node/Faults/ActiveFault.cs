using System.Diagnostics;

namespace Anode.Faults;

/// <summary>A fault that has begun, or is about to. What it did is in its tally, which stays readable after its end.</summary>
/// <param name="planned">When it is to begin, by the stopwatch.</param>
internal sealed class ActiveFault(FaultSpec spec, string id, long planned)
{
    private readonly List<Action> _waiting = [];
    private volatile bool _hasBegun;
    private long _until = Stopwatch.GetTimestamp() + Ticks(spec.Delay + spec.Lease);

    public FaultSpec Spec => spec;

    public string Id => id;

    /// <summary>By the stopwatch.</summary>
    public long Planned => planned;

    public bool HasBegun => _hasBegun;

    /// <summary>Of one that has not begun, when it is to.</summary>
    public DateTimeOffset Since { get; private set; } = DateTimeOffset.UtcNow + spec.Delay;

    /// <summary>How long after the planned time it began.</summary>
    public TimeSpan Late { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Null: it goes on. Otherwise <c>expired</c> or <c>removed</c>.</summary>
    public string? Ended { get; private set; }

    public FaultTally Tally { get; } = new();

    /// <summary>What undoes it, of those that are done once.</summary>
    public IUndo? Undo { get; set; }

    public TimeSpan Left => Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), Volatile.Read(ref _until));

    public DateTimeOffset Until => EndedAt ?? DateTimeOffset.UtcNow + Left;

    public void Begin()
    {
        (Since, Late) = (DateTimeOffset.UtcNow, Stopwatch.GetElapsedTime(planned));
        Renew(spec.Lease);
        _hasBegun = true;
    }

    public void Renew(TimeSpan lease) => Volatile.Write(ref _until, Stopwatch.GetTimestamp() + Ticks(lease));

    public void End(string how)
    {
        List<Action> waiting;
        lock (_waiting)
        {
            (Ended, EndedAt) = (how, DateTimeOffset.UtcNow);
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        waiting.ForEach(action => action());
    }

    /// <summary>Done when it ends, at once if it has; from any thread.</summary>
    public void WhenEnded(Action action)
    {
        lock (_waiting)
        {
            if (Ended is null)
            {
                _waiting.Add(action);
                return;
            }
        }

        action();
    }

    public void Forget(Action action)
    {
        lock (_waiting)
            _waiting.Remove(action);
    }

    /// <summary>For accepting, which no connection has to do with yet.</summary>
    public Dice AcceptDice { get; } = Dice.Of(spec.Seed, -3);

    public static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    /// <param name="stream">Tells connections and directions apart.</param>
    public Dice DiceFor(long stream) => Dice.Of(spec.Seed, stream);
}
