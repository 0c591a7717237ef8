using Anode.Cluster;

namespace Anode.Operations;

/// <summary>The cluster as this node sees it; without one, only that it has none.</summary>
internal sealed record ApiCluster(bool Enabled, string? Address, string? Status, string? Leader, IReadOnlyList<ApiMember> Members)
{
    private static readonly ApiCluster None = new(false, null, null, null, []);

    public static ApiCluster Of(ClusterNode? cluster)
    {
        if (cluster?.State is not { } state)
            return None;
        return new ApiCluster(true, state.Self, state.Status, state.Leader, [.. state.Members.Select(member => ApiMember.Of(member, state))]);
    }
}

/// <param name="Leader">In Akka's sense: who moves members from one status to the next.</param>
internal sealed record ApiMember(
    string? Name, string Address, string Status, bool Reachable, IReadOnlyList<string> Roles, bool Voter, bool Self, bool Leader, long Incarnation,
    string? Link, IReadOnlyList<ApiDoor> Doors)
{
    public static ApiMember Of(ClusterMember member, ClusterState state) => new(
        member.Name,
        member.Address,
        member.Status,
        member.Reachable,
        member.Roles,
        member.Voter,
        member.IsSelf,
        member.Address == state.Leader,
        member.Incarnation,
        member.Link?.ToString(),
        [.. member.Doors.Select(door => new ApiDoor(door.Protocol, door.Address.ToString()))]);
}

internal sealed record ApiDoor(string Protocol, string Address);
