namespace Anode.Experiments.Accounting;

/// <summary>A message that did not arrive.</summary>
/// <param name="Kind"><c>lost-acked</c>, <c>unheard</c> or <c>never-acked</c>.</param>
/// <param name="Charge">The fault in whose time it was lost; empty: none.</param>
/// <param name="Why">Who says where it went.</param>
internal sealed record Loss(string Receiver, uint Flow, uint Epoch, long Sequence, long At, string Kind, string Charge, Explanation Why);

/// <summary>What became of everything that was to reach one receiver.</summary>
internal sealed class Tally(string receiver, bool counted)
{
    public string Receiver { get; } = receiver;

    public bool Counted { get; } = counted;

    /// <summary>Different messages.</summary>
    public long Delivered { get; set; }

    public long LostAcked { get; set; }

    /// <summary>Acknowledged, and the server said that it knew of fewer receivers than there were.</summary>
    public long Unheard { get; set; }

    /// <summary>Never acknowledged and not delivered: allowed, and reported.</summary>
    public long NeverAcked { get; set; }

    /// <summary>Unknown to their publisher, and delivered.</summary>
    public long Recovered { get; set; }

    /// <summary>Said to have failed, and not delivered.</summary>
    public long Failed { get; set; }

    /// <summary>Not delivered, and the receiver was not there, or was on its way in or out.</summary>
    public long Away { get; set; }

    public long Duplicates { get; set; }

    public long OutOfOrder { get; set; }

    public long FarthestOutOfOrder { get; set; }
}

/// <summary>Times in milliseconds, from when a message was to be sent.</summary>
internal sealed record Latency(long Count, double P50, double P90, double P99, double P999, double Max)
{
    public static Latency? Of(List<long> microseconds)
    {
        if (microseconds.Count == 0)
            return null;
        microseconds.Sort();
        return new Latency(microseconds.Count, At(microseconds, .5), At(microseconds, .9), At(microseconds, .99), At(microseconds, .999), At(microseconds, 1));
    }

    public double Percentile(double percentile) => percentile switch { .5 => P50, .9 => P90, .99 => P99, .999 => P999, _ => Max };

    /// <summary>The smallest value that so large a share is no greater than.</summary>
    private static double At(List<long> sorted, double share) => sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)] / 1000.0;
}

/// <summary>What went on in a tenth of a second.</summary>
internal struct Bin
{
    /// <summary>Messages that were to be sent in it.</summary>
    public int Intended;

    /// <summary>Of these: reached all they were for in time.</summary>
    public int Good;

    /// <summary>Deliveries that happened in it.</summary>
    public int Delivered;

    /// <summary>Longest time to delivery of what was to be sent in it, milliseconds.</summary>
    public float Slowest;
}

/// <summary>How long a fault went unnoticed and unmended, milliseconds. Null: for ever, as far as was looked.</summary>
/// <param name="DetectedBy">Who said what.</param>
internal sealed record Recovery(string Fault, double? Detect, string DetectedBy, double? Recover);

internal sealed record Leak(string Node, long Connections, long SlabBytes, long Descriptors, long Actors);

/// <summary>All counts of one run.</summary>
internal sealed class Account
{
    public required int Run { get; init; }

    public required bool IsControl { get; init; }

    public long Invoked { get; set; }

    public long Acked { get; set; }

    public long Failed { get; set; }

    public long Info { get; set; }

    public long Open { get; set; }

    public long Unexpected { get; set; }

    public string FirstUnexpected { get; set; } = "";

    /// <summary>Left out by nodes, by their own account.</summary>
    public long DroppedByPolicy { get; set; }

    public long Restarts { get; set; }

    public double? Availability { get; set; }

    public List<Tally> Tallies { get; } = [];

    public List<Loss> Losses { get; } = [];

    /// <summary>Nodes that were there to the end and accounted for nothing.</summary>
    public IReadOnlyList<string> Silent { get; set; } = [];

    public List<Recovery> Recoveries { get; } = [];

    public List<Leak> Leaks { get; } = [];

    /// <summary>By phase.</summary>
    public Dictionary<string, Latency> AckLatency { get; } = [];

    public Dictionary<string, Latency> DeliveryLatency { get; } = [];

    public Bin[] Bins { get; set; } = [];

    /// <summary>Two owners of one endpoint at a time; empty if never.</summary>
    public string TwoOwners { get; set; } = "";

    public long Sum(Func<Tally, long> of) => Tallies.Where(tally => tally.Counted).Sum(of);

    public long Unexplained => Losses.Count(loss => !loss.Why.IsOne);

    /// <summary>Deliveries that were due: each has a line in the ledger.</summary>
    public long Due => Sum(t => t.Delivered) + Lost + Sum(t => t.Away) + Sum(t => t.Failed);

    public long Lost => Sum(t => t.LostAcked) + Sum(t => t.NeverAcked) + Sum(t => t.Unheard);
}
