namespace Anode.Cli.Bench.Loads;

/// <summary>Who publishes how much to whom.</summary>
internal sealed record PubSubPlan
{
    public required int Publishers { get; init; }

    public required int Subscribers { get; init; }

    /// <summary>Each publisher has its own subject and one subscriber on it.</summary>
    public bool Pairs { get; init; }

    /// <summary>Null: every subscriber gets everything.</summary>
    public string? Queue { get; init; }

    public required int PayloadBytes { get; init; }

    /// <summary>Nodes account for each message in their ledger.</summary>
    public bool Ledger { get; init; }

    /// <summary>Messages per second of all publishers together; null for as fast as it goes.</summary>
    public double? Rate { get; init; }

    /// <summary>SUBs and UNSUBs per second beside it; null for none.</summary>
    public double? Churn { get; init; }

    public required TimeSpan WarmUp { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>How long what was sent may take to arrive after the last was sent.</summary>
    public required TimeSpan Drain { get; init; }

    public required string Subject { get; init; }

    public string SubjectOf(int publisher) => Pairs ? $"{Subject}.{publisher}" : Subject;
}
