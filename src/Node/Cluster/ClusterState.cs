using Anode.Messages;

namespace Anode.Cluster;

/// <summary>A member as this node sees it.</summary>
/// <param name="Name">Of its node; null until it has said it.</param>
/// <param name="Address">HOST:PORT.</param>
/// <param name="Status">In Akka's words: joining, up, leaving, exiting, down.</param>
/// <param name="Reachable">By all members.</param>
/// <param name="Doors">Where clients reach it.</param>
internal sealed record ClusterMember(
    string? Name, string Address, string Status, bool Reachable, IReadOnlyList<string> Roles, bool Voter, long Incarnation, NetAddress? Link,
    IReadOnlyList<Door> Doors, bool IsSelf);

/// <summary>A bound listener that clients may be sent to.</summary>
internal sealed record Door(string Protocol, NetAddress Address);

/// <summary>All that this node knows of its cluster, at one moment.</summary>
/// <param name="Self">Own address with the real port.</param>
/// <param name="Status">Own status.</param>
/// <param name="Leader">Of Akka's: who moves members on. HOST:PORT.</param>
/// <param name="Members">Oldest first.</param>
internal sealed record ClusterState(string Self, string Status, string? Leader, IReadOnlyList<ClusterMember> Members)
{
    public static readonly ClusterState Nowhere = new("", "starting", null, []);

    public bool IsUp => Status == "up";
}
