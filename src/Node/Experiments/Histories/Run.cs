using System.Text.Json;

namespace Anode.Experiments.Histories;

/// <summary>How a publish ended, as its publisher knows it.</summary>
internal enum Outcome
{
    /// <summary>Nothing was said: nothing was asked, or the run ended before.</summary>
    Open,
    Ok,
    Fail,

    /// <summary>A time-out or a lost connection: it may have been published or not.</summary>
    Info,
}

/// <summary>One publish.</summary>
internal sealed class Send
{
    public required uint Flow { get; init; }

    public required uint Epoch { get; init; }

    public required long Sequence { get; init; }

    /// <summary>When it was to be sent.</summary>
    public required long Intended { get; init; }

    public required long Invoked { get; init; }

    public Outcome Outcome { get; set; }

    public long Ended { get; set; }

    public string Why { get; set; } = "";

    /// <summary>As the server said; -1 if it did not.</summary>
    public long Receivers { get; set; } = -1;
}

/// <param name="Seat">Who.</param>
internal readonly record struct Got(long T, int Seat, uint Flow, uint Epoch, long Sequence);

/// <summary>A message nobody sent: foreign, or with a wrong checksum.</summary>
internal sealed record Stray(long T, int Seat, string Why, uint Flow, long Sequence);

/// <summary>When a subscriber was subscribed.</summary>
internal readonly record struct Presence(long From, long To);

/// <summary>One fault as it really went.</summary>
internal sealed class FaultRecord
{
    public required string Id { get; init; }

    public required string Spec { get; init; }

    public required string Kind { get; init; }

    public required string Node { get; init; }

    public required string Target { get; init; }

    public required long Planned { get; init; }

    public long? Begun { get; set; }

    public long? Ended { get; set; }

    /// <summary>Empty: there was none.</summary>
    public string Evidence { get; set; } = "";

    public string Failure { get; set; } = "";

    /// <summary>Of the end of a process: when it was over.</summary>
    public long? Effect { get; set; }

    /// <summary>Messages it had in its hands, as the node itself tells.</summary>
    public HashSet<(uint Flow, uint Epoch, long Sequence)> Charges { get; } = [];

    /// <summary>Of these: the ones it kept, lost or changed. What it doubled or moved it did not keep from anybody.</summary>
    public HashSet<(uint Flow, uint Epoch, long Sequence)> Taken { get; } = [];

    /// <summary>It had more in its hands than it lists.</summary>
    public bool ListsNotAll { get; set; }

    public long LateMicroseconds => (Begun ?? Planned) - Planned;
}

internal sealed record PhaseRecord(string Name, long From, bool Measured)
{
    public long To { get; set; } = long.MaxValue;
}

/// <summary>Something a node or a connection told.</summary>
internal sealed record Happening(long T, string Source, string Kind, string About, string Text, long Messages);

internal sealed record Sample(long T, string Node, string When, long Connections, long SlabBytes, long Descriptors, long Actors, long Restarts, long Members);

/// <summary>An interval of ownership; <see cref="To"/> is open while nobody has said that it ended.</summary>
internal sealed record Ownership(string Endpoint, string Node, long From)
{
    public long To { get; set; } = long.MaxValue;
}

/// <summary>All of one run, as its history tells it.</summary>
internal sealed class Run
{
    public required int Number { get; init; }

    public required bool IsControl { get; init; }

    public required ulong Seed { get; init; }

    public required DateTimeOffset Began { get; init; }

    public List<PhaseRecord> Phases { get; } = [];

    public Dictionary<(uint Flow, uint Epoch, long Sequence), Send> Sends { get; } = [];

    public List<Got> Deliveries { get; } = [];

    public List<Stray> Strays { get; } = [];

    public Dictionary<int, List<Presence>> Presences { get; } = [];

    public List<FaultRecord> Faults { get; } = [];

    public List<Happening> Happenings { get; } = [];

    public List<Sample> Samples { get; } = [];

    public List<Ownership> Ownerships { get; } = [];

    /// <summary>Doors that were tried after the load; empty reason: a new client was served there.</summary>
    public List<(string Node, string Door, string Reason)> Doors { get; } = [];

    /// <summary>In the order they were taken; of a node that was ended or restarted there may be several, or none.</summary>
    public List<NodeLedger> Ledgers { get; } = [];

    /// <summary>Null: the run was cut off before it could tell.</summary>
    public bool? Quiescent { get; set; }

    /// <summary>Empty: ended as planned.</summary>
    public string Trouble { get; set; } = "";

    public bool Finished { get; set; }

    public long Length { get; set; }
}

/// <summary>A whole history: what was to be done, and what came of it.</summary>
internal sealed record History(string ScenarioText, string File, ulong Seed, int Repeat, bool Control, string Command, JsonElement Environment, IReadOnlyList<Run> Runs)
{
    /// <summary>Null: it was not aborted.</summary>
    public string? AbortedBecause { get; init; }

    public bool Aborted => AbortedBecause is not null;
}
