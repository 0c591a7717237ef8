using System.Collections.Immutable;

namespace Anode.Mesh;

/// <summary>What a member of a cluster leaves to time before it speaks.</summary>
/// <param name="Awaited">Members whose links have just ended: somebody else may be about to say it for all.</param>
/// <param name="IsSettled">No link has come or gone, and nobody new was heard of, for a while.</param>
internal readonly record struct Patience(IReadOnlySet<string> Awaited, bool IsSettled)
{
    /// <summary>Nothing is waited for.</summary>
    public static Patience None { get; } = new(ImmutableHashSet<string>.Empty, IsSettled: true);
}

/// <summary>What one node says of its links as a member of a cluster; as one that is in none it lists them. Pure.</summary>
/// <param name="self">Its name.</param>
/// <param name="cluster">Empty: none.</param>
/// <param name="cost">Of its links to other members, unless a link has a cost of its own: then it is listed.</param>
internal sealed class ClusterVoice(string self, string cluster, int cost)
{
    public bool IsMember => cluster.Length > 0;

    /// <summary>What it says as long as it lists its links.</summary>
    public ClusterClaim? Listing => IsMember ? new ClusterClaim(cluster, false, cost, []) : null;

    /// <summary>Members who say, in whichever way, that they have a link to this node, and have none.</summary>
    public IEnumerable<string> Lacking(LinkMap map, IReadOnlyCollection<Adjacency> links)
    {
        var peers = Peers(links);
        return map.Find(self) is { } own
            ? map.Clusters.MembersOf(cluster)
                .Where(member => member.Node != self && !peers.Contains(member.Node) && map.Clusters.CostSaid(member, own) is not null).Select(member => member.Node)
            : [];
    }

    /// <param name="map">What it knows.</param>
    /// <param name="last">What it said last.</param>
    /// <param name="links">All that it has.</param>
    /// <param name="patience">What it leaves to time.</param>
    public (ImmutableArray<Adjacency> Links, ClusterClaim? Claim) Speak(
        LinkMap map, ClusterClaim? last, IReadOnlyCollection<Adjacency> links, Patience patience)
    {
        if (!IsMember)
            return (Ordered(links), null);
        var claim = ClaimOf(map, last!, links, patience);
        // Nothing of a peer before its own record: whether it has to be listed stands there, and nobody counts the link before.
        return (Ordered(links.Where(link => map.Find(link.Peer) is { } peer
            && !(claim.IsWhole && link.Cost == cost && peer.Cluster?.Name == cluster))), claim);
    }

    /// <summary>
    /// It becomes whole when nobody says of it what is not so, and nothing has come or gone for a while. From then on it names those it lacks, until the speaker has deserted it.
    /// Whoever was named stays named until there is a link: that it is no longer believed is because it was named. One that becomes whole may be the speaker thereby, so it
    /// names whomever the last one may have named.
    /// </summary>
    private ClusterClaim ClaimOf(LinkMap map, ClusterClaim last, IReadOnlyCollection<Adjacency> links, Patience patience)
    {
        var peers = Peers(links);
        var lacking = Lacking(map, links).ToHashSet(StringComparer.Ordinal);
        if (map.Clusters.IsDeserted(self) || (!last.IsWhole && !(patience.IsSettled && lacking.Count == 0 && peers.Any(peer => IsFellow(map, peer)))))
            return Listing!;
        lacking.ExceptWith(patience.Awaited);
        lacking.UnionWith(last.IsWhole
            ? last.Without.Where(member => IsFellow(map, member))
            : map.Clusters.MembersOf(cluster).Where(member => member.Cluster!.IsWhole).Select(member => member.Node));
        lacking.ExceptWith(peers);
        lacking.Remove(self);
        return new ClusterClaim(cluster, true, cost, [.. lacking.Order(StringComparer.Ordinal)]);
    }

    private bool IsFellow(LinkMap map, string node) => map.Find(node)?.Cluster?.Name == cluster;

    private static HashSet<string> Peers(IReadOnlyCollection<Adjacency> links) => links.Select(link => link.Peer).ToHashSet(StringComparer.Ordinal);

    private static ImmutableArray<Adjacency> Ordered(IEnumerable<Adjacency> links) => [.. links.OrderBy(link => link.Peer, StringComparer.Ordinal)];
}
