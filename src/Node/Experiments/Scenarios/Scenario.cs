using Anode.Hosting.Configuration;

namespace Anode.Experiments.Scenarios;

/// <summary>A whole experiment as its file says it; nothing is decided yet that the seed decides.</summary>
internal sealed record Scenario(
    string Name, string Question, ulong Seed, int Repeat, bool Control, Topology Topology, IReadOnlyList<Workload> Workloads,
    IReadOnlyList<Phase> Phases, IReadOnlyList<FaultSpec> Faults, RandomFaults? Random, SteadyState SteadyState, Expectations Expect, AbortRules Abort)
{
    /// <summary>Assignments that switch off what the scenario is about: with them it must fail.</summary>
    public IReadOnlyList<string> MechanismOff { get; init; } = [];

    public TimeSpan Length => Phases.Aggregate(TimeSpan.Zero, (sum, phase) => sum + phase.For);

    /// <summary>The run ends with this: nobody publishes any more, and what is on its way arrives.</summary>
    public Phase Drain => Phases[^1];

    public IEnumerable<FaultSpec> AllFaults => Random is null ? Faults : Faults.Concat(Random.Pick);
}

/// <param name="Target"><c>anode</c> or <c>nats-server</c>.</param>
/// <param name="Nodes">Started by the runner, unless <paramref name="Attached"/> says where one runs already.</param>
/// <param name="Links">Pairs of nodes; the first dials.</param>
/// <param name="Cluster">The nodes are members of one cluster.</param>
/// <param name="Endpoints">Further endpoints: by name, their candidates; placed in the cluster.</param>
/// <param name="NodeConfig">Configuration for every node.</param>
/// <param name="Proxies">Clients come through proxies of ours.</param>
internal sealed record Topology(
    string Target, IReadOnlyList<string> Nodes, IReadOnlyList<(string From, string To)> Links, bool Cluster,
    IReadOnlyDictionary<string, AttachedNode> Attached, IReadOnlyDictionary<string, IReadOnlyList<string>> Endpoints, ConfigBlock? NodeConfig, bool Proxies)
{
    /// <summary>A node that ends with an error, wanted by nobody, is started again, as a service manager would.</summary>
    public bool Restarts { get; init; }

    /// <summary>Members of a cluster all are.</summary>
    public bool AreLinked(string a, string b) => Cluster || Links.Contains((a, b)) || Links.Contains((b, a));
}

/// <summary>A node that runs already and is neither started nor stopped.</summary>
internal sealed record AttachedNode(string Server, string Nats, string Http);

/// <param name="OpenLoop">Each message has its time; closed: the next one goes when the last one is through.</param>
/// <param name="Rate">Messages per second of all publishers together.</param>
/// <param name="Poisson">Arrivals of chance; otherwise even ones.</param>
/// <param name="Burst">Not null: so many at once instead, so often.</param>
/// <param name="Subject">With {publisher} for its number.</param>
/// <param name="Acknowledge">What makes a message acknowledged.</param>
/// <param name="Retry">What got no answer is sent again after a reconnect, under the same id.</param>
internal sealed record Workload(
    string Id, bool OpenLoop, double Rate, bool Poisson, Burst? Burst, int MinPayload, int MaxPayload, string Protocol, string Subject, Acknowledge Acknowledge,
    TimeSpan AckTimeout, bool Retry, Crew Publishers, Crew Subscribers, Crew SlowSubscribers)
{
    public string SubjectOf(int publisher) => Subject.Replace("{publisher}", publisher.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    public string Filter => Subject.Replace("{publisher}", "*", StringComparison.Ordinal);
}

/// <summary>Messages that are to be sent all at once, by all publishers together.</summary>
internal sealed record Burst(int Size, TimeSpan Every);

/// <summary>What the word of the server is worth.</summary>
internal enum Acknowledge
{
    /// <summary>Nothing comes back; what was sent may be anywhere.</summary>
    None,

    /// <summary>PUT and its OK.</summary>
    Receipt,

    /// <summary>The PONG to a PING behind the message: this server has taken it.</summary>
    Flush,

    /// <summary>A subscriber's answer.</summary>
    Reply,
}

/// <param name="At">Nodes or endpoints, taken in turn.</param>
/// <param name="Queue">Members of this group; empty for none.</param>
/// <param name="Delay">For each message, of slow ones.</param>
/// <param name="Reconnect">After a lost connection it comes back.</param>
/// <param name="Failover">After a lost connection the next of <paramref name="At"/> is tried.</param>
internal sealed record Crew(int Count, IReadOnlyList<string> At, string Queue, TimeSpan Delay, bool Failover, bool Reconnect);

/// <param name="Measured">Expectations look at it.</param>
/// <param name="UntilQuiescent">Ends once everything has arrived; <paramref name="For"/> is the longest wait.</param>
internal sealed record Phase(string Name, TimeSpan For, bool Measured, bool UntilQuiescent);

/// <param name="At">From the beginning of its phase.</param>
/// <param name="For">Null: an instant, or as long as the kind makes it.</param>
/// <param name="On">Which nodes do it: names, one, minority, majority, minority-third, all, director, owner-of:X.</param>
/// <param name="Target">What within the node; for process faults empty.</param>
/// <param name="Spacing">Between the nodes, if there are several.</param>
internal sealed record FaultSpec(
    string Id, string Phase, TimeSpan At, TimeSpan? For, string Kind, IReadOnlyList<string> On, string Target, IReadOnlyList<(string From, string To)> Links,
    TimeSpan? RestartAfter, TimeSpan Spacing, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>The node that decides who has which endpoint, and the one that has a certain one: only the run can tell.</summary>
    public const string Director = "director", OwnerOf = "owner-of:";

    /// <summary>Between clients and the nodes of <see cref="On"/>, in the proxies there.</summary>
    public bool AtClients { get; init; }
}

/// <summary>Faults of chance, drawn from the seed before the run.</summary>
internal sealed record RandomFaults(string Phase, TimeSpan Interval, IReadOnlyList<FaultSpec> Pick);

/// <summary>When a tenth of a second counts as good.</summary>
/// <param name="Share">So much of what was to be sent in it has reached everybody it was for …</param>
/// <param name="Within">… so soon after it was to be sent.</param>
/// <param name="For">So long without a bad one is recovered.</param>
internal sealed record SteadyState(double Share, TimeSpan Within, TimeSpan For);

/// <param name="MinFreeDisk">Bytes that have to be free where the results are written.</param>
internal sealed record AbortRules(double FailedShare, TimeSpan FailedFor, TimeSpan MaxDuration, long MinFreeDisk);
