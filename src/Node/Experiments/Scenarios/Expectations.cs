namespace Anode.Experiments.Scenarios;

/// <summary>Bounds for the verdict. Null: not asked for. Counts are of one run.</summary>
internal sealed record Expectations
{
    public long? LostAcked { get; init; }

    public long? Lost { get; init; }

    public long? Unheard { get; init; }

    public long? Unexplained { get; init; }

    public long? Duplicates { get; init; }

    public long? OutOfOrder { get; init; }

    public long? Unexpected { get; init; }

    public long? Restarts { get; init; }

    public double? Availability { get; init; }

    public TimeSpan? TimeToRecover { get; init; }

    public TimeSpan? TimeToDetect { get; init; }

    public IReadOnlyList<LatencyBound> Latencies { get; init; } = [];

    public LeakBounds? Leaks { get; init; }

    /// <summary>After the load every node takes new clients at every door.</summary>
    public bool Serving { get; init; }

    public bool OneOwner { get; init; }
}

/// <param name="Of"><c>ack</c> or <c>delivery</c>.</param>
/// <param name="Phase">Its name.</param>
/// <param name="Percentile">0.5, 0.99, 0.999 or 1.</param>
/// <param name="Max">No longer than this.</param>
internal sealed record LatencyBound(string Of, string Phase, double Percentile, TimeSpan Max);

/// <summary>How much more than before the load may be left after it.</summary>
internal sealed record LeakBounds(long Connections, long SlabBytes, long Descriptors, long Actors);
