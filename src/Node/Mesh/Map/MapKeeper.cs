using System.Collections.Immutable;

namespace Anode.Mesh;

/// <summary>What a record that was heard is to this node.</summary>
internal enum Hearing
{
    /// <summary>Nothing new.</summary>
    Known,
    /// <summary>Newer than what was known: it is in the map now, and goes on to everybody else.</summary>
    News,
    /// <summary>Older: who sent it should hear the newer one.</summary>
    Older,
    /// <summary>About this node, and newer than what it says itself: from before a restart, or another node of the same name.</summary>
    OfUs,
}

/// <summary>
/// One node's part in keeping the map: its own record, what it takes from others, and whom it forgets. Pure: it neither sends nor waits.
/// </summary>
/// <param name="self">Name of this node.</param>
/// <param name="incarnation">Of its start.</param>
/// <param name="cluster">That it is a member of; empty: none.</param>
/// <param name="cost">Of its links to the other members, unless a link has a cost of its own.</param>
internal sealed class MapKeeper(string self, long incarnation, string cluster = "", int cost = 1)
{
    private const int MaxForgotten = 10_000;

    private readonly Dictionary<string, NodeRecord> _forgotten = new(StringComparer.Ordinal);
    private readonly ClusterVoice _voice = new(self, cluster, cost);

    public LinkMap Map { get; private set; } = LinkMap.Empty;

    public NodeRecord Own { get; private set; } = new(self, incarnation, 0, false, [], new ClusterVoice(self, cluster, cost).Listing);

    /// <summary>The next version of this node's own record.</summary>
    /// <param name="links">All that it has.</param>
    /// <param name="draining">It is about to stop.</param>
    /// <param name="patience">What a member of a cluster leaves to time; null: nothing.</param>
    public NodeRecord Say(IReadOnlyCollection<Adjacency> links, bool draining, Patience? patience = null) =>
        Keep(Compose(links, draining, patience));

    /// <summary>The next version, if it says anything else than the last.</summary>
    public NodeRecord? SayNews(IReadOnlyCollection<Adjacency> links, bool draining, Patience? patience = null) =>
        Compose(links, draining, patience) is var record && record.SaysSameAs(Own) ? null : Keep(record);

    public bool IsInCluster => _voice.IsMember;

    public bool IsFellow(NodeRecord record) => _voice.IsMember && record.Cluster?.Name == cluster;

    /// <summary>Members of the cluster who say that they have a link to this node, and have none.</summary>
    public IEnumerable<string> Lacking(IReadOnlyCollection<Adjacency> links) => _voice.Lacking(Map, links);

    public Hearing Hear(NodeRecord record)
    {
        if (record.Node == self)
        {
            if (!record.IsNewerThan(Own))
                return record.Version == Own.Version && record.Incarnation == Own.Incarnation ? Hearing.Known : Hearing.Older;
            Own = Own with { Version = Math.Max(Own.Version, record.Incarnation == incarnation ? record.Version : 0) };
            return Hearing.OfUs;
        }

        var known = Map.Find(record.Node) ?? _forgotten.GetValueOrDefault(record.Node);
        if (!record.IsNewerThan(known))
            return known!.IsNewerThan(record) && Map.Find(record.Node) is not null ? Hearing.Older : Hearing.Known;
        _forgotten.Remove(record.Node);
        Map = Map.With(record);
        return Hearing.News;
    }

    /// <summary>Those to whom there is no way.</summary>
    public IEnumerable<string> Unreachable()
    {
        var tree = Map.TreeOf(self);
        return Map.Records.Keys.Where(node => node != self && !tree.Reaches(node));
    }

    /// <summary>The node is gone. What others still say of it is news only if it is newer.</summary>
    public void Forget(string node)
    {
        if (Map.Find(node) is not { } record)
            return;
        Map = Map.Without(node);
        if (_forgotten.Count < MaxForgotten)
            _forgotten[node] = record;
    }

    private NodeRecord Compose(IReadOnlyCollection<Adjacency> links, bool draining, Patience? patience)
    {
        var (listed, claim) = _voice.Speak(Map, Own.Cluster, links, patience ?? Patience.None);
        return new NodeRecord(self, incarnation, Own.Version + 1, draining, listed, claim);
    }

    private NodeRecord Keep(NodeRecord record)
    {
        Own = record;
        Map = Map.With(Own);
        return Own;
    }
}
