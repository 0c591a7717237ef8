using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Anode.Mesh;

/// <summary>
/// All that is known of the graph at one moment: an immutable value. Everybody who has the same records computes the same trees from it, so
/// no route has to be agreed on.
/// </summary>
/// <remarks>A link counts only if both ends say that they have it: a node that died does not, and one end cannot claim it alone.</remarks>
internal sealed class LinkMap
{
    public static readonly LinkMap Empty = new(ImmutableSortedDictionary.Create<string, NodeRecord>(StringComparer.Ordinal));

    private readonly ConcurrentDictionary<string, Tree> _trees = new(StringComparer.Ordinal);
    private readonly Lazy<Clusters> _clusters;
    private readonly Lazy<Graph> _graph;

    private LinkMap(ImmutableSortedDictionary<string, NodeRecord> records)
    {
        Records = records;
        _clusters = new Lazy<Clusters>(() => new Clusters(records));
        _graph = new Lazy<Graph>(() => new Graph(records, _clusters.Value));
    }

    public ImmutableSortedDictionary<string, NodeRecord> Records { get; }

    public Clusters Clusters => _clusters.Value;

    public NodeRecord? Find(string node) => Records.GetValueOrDefault(node);

    /// <summary>This map with a newer record of one node; itself if it is not newer.</summary>
    public LinkMap With(NodeRecord record) => record.IsNewerThan(Find(record.Node)) ? new LinkMap(Records.SetItem(record.Node, record)) : this;

    public LinkMap Without(string node) => Records.ContainsKey(node) ? new LinkMap(Records.Remove(node)) : this;

    /// <summary>The links of a node that both ends say they have, in the order of the peers' names.</summary>
    public ImmutableArray<Adjacency> LinksOf(string node)
    {
        var graph = _graph.Value;
        return graph.NumberOf(node) is >= 0 and var number
            ? [.. graph.Links[number].OrderBy(link => link.Peer).Select(link => new Adjacency(graph.Names[link.Peer], link.Cost))]
            : [];
    }

    /// <summary>The shortest paths from one node to all others; computed when first asked for, by any thread.</summary>
    public Tree TreeOf(string origin) => _trees.GetOrAdd(origin, static (origin, graph) => new Tree(graph.Value, origin), _graph);
}
