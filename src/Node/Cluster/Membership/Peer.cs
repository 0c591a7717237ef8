using Akka.Cluster;
using Anode.Cluster.Wire;

namespace Anode.Cluster.Membership;

/// <summary>A member as the actors of this room know it.</summary>
/// <param name="Member">As Akka knows it.</param>
/// <param name="Reachable">By all others.</param>
/// <param name="Hello">What it said of itself; null until it has.</param>
internal sealed record Peer(Member Member, bool Reachable, Hello? Hello)
{
    /// <summary>
    /// Counts for a majority: let in, which takes that all others have seen it, so that no two of them count majorities that do not meet. Declared
    /// down or on its way out, it has no say any more.
    /// </summary>
    public bool HasVote => Member.Status is MemberStatus.Up or MemberStatus.Leaving;

    public bool IsUp => Member.Status is MemberStatus.Up;

    public string Address => TextOf(Member.Address);

    public ProcessId Process => new(Address, Member.UniqueAddress.Uid);

    /// <summary>HOST:PORT; of this cluster's systems nothing else differs.</summary>
    public static string TextOf(Akka.Actor.Address address) => ClusterHocon.AddressOf(address).ToString()["tcp://".Length..];

    public ClusterMember ToMember(bool isSelf) => new(
        Hello?.Name,
        Address,
        Member.Status.ToString().ToLowerInvariant(),
        Reachable,
        [.. Member.Roles.Order(StringComparer.Ordinal)],
        Hello?.Voter ?? false,
        Hello?.Incarnation ?? 0,
        Hello?.Link,
        Hello?.Doors ?? [],
        isSelf);
}
