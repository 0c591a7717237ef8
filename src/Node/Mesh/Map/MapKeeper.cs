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
internal sealed class MapKeeper(string self, long incarnation)
{
    private const int MaxForgotten = 10_000;

    private readonly Dictionary<string, NodeRecord> _forgotten = new(StringComparer.Ordinal);

    public LinkMap Map { get; private set; } = LinkMap.Empty;

    public NodeRecord Own { get; private set; } = new(self, incarnation, 0, false, []);

    /// <summary>The next version of this node's own record.</summary>
    public NodeRecord Say(IEnumerable<Adjacency> links, bool draining)
    {
        Own = new NodeRecord(self, incarnation, Own.Version + 1, draining, [.. links.OrderBy(link => link.Peer, StringComparer.Ordinal)]);
        Map = Map.With(Own);
        return Own;
    }

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
}
