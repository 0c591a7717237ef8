using Anode.Messages;

namespace Anode.Cluster;

/// <summary>How long silence is waited out before a member counts as gone.</summary>
internal enum ClusterProfile
{
    Safe = 0,
    Lab = 1,
}

/// <summary>What makes a node a member.</summary>
internal sealed record ClusterSettings
{
    /// <summary>Name of this node.</summary>
    public required string Node { get; init; }

    /// <summary>Where the others reach it; port 0 takes any free one.</summary>
    public required NetAddress Address { get; init; }

    /// <summary>Members to join through; none: begin a cluster.</summary>
    public IReadOnlyList<NetAddress> Seeds { get; init; } = [];

    public ClusterProfile Profile { get; init; }

    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Votes, and runs no endpoints.</summary>
    public bool Voter { get; init; }

    /// <summary>Nobody is Up before so many have joined.</summary>
    public int MinMembers { get; init; } = 1;

    /// <summary>Grows with each start of a node of this name.</summary>
    public long Incarnation { get; init; } = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>Unanimous silence about a member for so long, and those who are the majority declare it down.</summary>
    public TimeSpan StableAfter => TimeSpan.FromSeconds(Profile == ClusterProfile.Safe ? 7 : 3);

    /// <summary>From there until what ran on it may run elsewhere.</summary>
    public TimeSpan Margin => TimeSpan.FromSeconds(Profile == ClusterProfile.Safe ? 5 : 3);
}
