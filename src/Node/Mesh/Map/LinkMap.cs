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
    private readonly Lazy<Graph> _graph;

    private LinkMap(ImmutableSortedDictionary<string, NodeRecord> records)
    {
        Records = records;
        _graph = new Lazy<Graph>(() => new Graph(records));
    }

    public ImmutableSortedDictionary<string, NodeRecord> Records { get; }

    public NodeRecord? Find(string node) => Records.GetValueOrDefault(node);

    /// <summary>This map with a newer record of one node; itself if it is not newer.</summary>
    public LinkMap With(NodeRecord record) => record.IsNewerThan(Find(record.Node)) ? new LinkMap(Records.SetItem(record.Node, record)) : this;

    public LinkMap Without(string node) => Records.ContainsKey(node) ? new LinkMap(Records.Remove(node)) : this;

    /// <summary>The shortest paths from one node to all others; computed when first asked for, by any thread.</summary>
    public Tree TreeOf(string origin) => _trees.GetOrAdd(origin, static (origin, graph) => new Tree(graph.Value, origin), _graph);
}

/// <summary>The records as numbers: nodes in the order of their names, and the links that both ends say they have.</summary>
internal sealed class Graph
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public Graph(ImmutableSortedDictionary<string, NodeRecord> records)
    {
        Names = [.. records.Keys];
        for (var i = 0; i < Names.Length; i++)
            _numbers[Names[i]] = i;
        Draining = [.. records.Values.Select(record => record.Draining)];
        Links = [.. records.Values.Select(record => BothWays(record, records))];
    }

    public string[] Names { get; }

    public bool[] Draining { get; }

    public (int Peer, int Cost)[][] Links { get; }

    /// <summary>−1 for a name that is not in the map.</summary>
    public int NumberOf(string name) => _numbers.GetValueOrDefault(name, -1);

    private (int Peer, int Cost)[] BothWays(NodeRecord record, ImmutableSortedDictionary<string, NodeRecord> records)
    {
        var links = new List<(int, int)>(record.Links.Length);
        foreach (var (peer, cost) in record.Links)
        {
            if (!records.TryGetValue(peer, out var other) || peer == record.Node)
                continue;
            foreach (var back in other.Links)
            {
                if (back.Peer == record.Node)
                    links.Add((_numbers[peer], Math.Max(1, Math.Max(cost, back.Cost))));
            }
        }

        return [.. links];
    }
}
