using System.Diagnostics;

namespace Anode.Faults;

/// <summary>A fault that has begun. What it did is in its tally, which stays readable after its end.</summary>
internal sealed class ActiveFault(FaultSpec spec, string id, TimeSpan late)
{
    private long _until = Stopwatch.GetTimestamp() + (long)(spec.Lease.TotalSeconds * Stopwatch.Frequency);

    public FaultSpec Spec => spec;

    public string Id => id;

    public DateTimeOffset Since { get; } = DateTimeOffset.UtcNow;

    /// <summary>How long after it was asked for it began.</summary>
    public TimeSpan Late => late;

    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Null: it goes on. Otherwise <c>expired</c> or <c>removed</c>.</summary>
    public string? Ended { get; private set; }

    public FaultTally Tally { get; } = new();

    /// <summary>What undoes it, of those that are done once.</summary>
    public IUndo? Undo { get; set; }

    public TimeSpan Left => Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), Volatile.Read(ref _until));

    public DateTimeOffset Until => EndedAt ?? DateTimeOffset.UtcNow + Left;

    public void Renew(TimeSpan lease) => Volatile.Write(ref _until, Stopwatch.GetTimestamp() + (long)(lease.TotalSeconds * Stopwatch.Frequency));

    public void End(string how) => (Ended, EndedAt) = (how, DateTimeOffset.UtcNow);

    /// <summary>For accepting, which no connection has to do with yet.</summary>
    public Dice AcceptDice { get; } = Dice.Of(spec.Seed, -3);

    /// <param name="stream">Tells connections and directions apart.</param>
    public Dice DiceFor(long stream) => Dice.Of(spec.Seed, stream);
}
