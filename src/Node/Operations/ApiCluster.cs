using Anode.Cluster;
using Anode.Cluster.Placement;

namespace Anode.Operations;

/// <summary>The cluster as this node sees it; without one, only that it has none.</summary>
internal sealed record ApiCluster(bool Enabled, string? Address, string? Status, string? Leader, string? Director,
    IReadOnlyList<ApiMember> Members, IReadOnlyList<ApiPlacement> Placements, IReadOnlyList<ApiOwnership> History)
{
    private static readonly ApiCluster None = new(false, null, null, null, null, [], [], []);

    public static ApiCluster Of(ClusterNode? cluster)
    {
        if (cluster?.State is not { } state)
            return None;
        var director = cluster.Director?.Address;
        return new ApiCluster(
            true,
            state.Self,
            state.Status,
            state.Leader,
            director,
            [.. state.Members.Select(member => ApiMember.Of(member, state.Leader, director))],
            [.. cluster.Placements.Select(placed => new ApiPlacement(placed.Endpoint, placed.Node, placed.Epoch.ToString()))],
            [.. cluster.History.Entries.Select(ApiOwnership.Of)]);
    }
}

/// <param name="Leader">In Akka's sense: who moves members from one status to the next.</param>
internal sealed record ApiMember(
    string? Name, string Address, string Status, bool Reachable, IReadOnlyList<string> Roles, bool Voter, bool Self, bool Leader, bool Director, long Incarnation,
    string? Link, IReadOnlyList<ApiDoor> Doors)
{
    public static ApiMember Of(ClusterMember member, string? leader, string? director) => new(
        member.Name,
        member.Address,
        member.Status,
        member.Reachable,
        member.Roles,
        member.Voter,
        member.IsSelf,
        member.Address == leader,
        member.Address == director,
        member.Incarnation,
        member.Link?.ToString(),
        [.. member.Doors.Select(door => new ApiDoor(door.Protocol, door.Address.ToString()))]);
}

internal sealed record ApiDoor(string Protocol, string Address);

/// <param name="Epoch">Number of the grant: greater with each.</param>
internal sealed record ApiPlacement(string Endpoint, string Owner, string Epoch);

/// <summary>This node's own rights, and when: <c>acquired</c> before it may bind, <c>released</c> when it is closed.</summary>
/// <param name="MonotonicMs">Comparable between processes of one machine.</param>
internal sealed record ApiOwnership(string Endpoint, string Node, string Epoch, string What, long MonotonicMs, DateTimeOffset At)
{
    public static ApiOwnership Of(Ownership entry) =>
        new(entry.Endpoint, entry.Node, entry.Epoch.ToString(), entry.Acquired ? "acquired" : "released", entry.Monotonic, entry.At);
}

/// <summary>What <c>POST /api/endpoints/{name}/move</c> takes.</summary>
internal sealed record ApiMove(string? Node);
