using System.Collections.Immutable;

namespace Anode.Mesh;

/// <summary>The records as numbers: nodes in the order of their names, and the links that both ends say they have.</summary>
internal sealed class Graph
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public Graph(ImmutableSortedDictionary<string, NodeRecord> records, Clusters clusters)
    {
        Names = [.. records.Keys];
        for (var i = 0; i < Names.Length; i++)
            _numbers[Names[i]] = i;
        Draining = [.. records.Values.Select(record => record.Draining)];
        Links = [.. records.Values.Select(record => LinksOf(record, records, clusters))];
    }

    public string[] Names { get; }

    public bool[] Draining { get; }

    public (int Peer, int Cost)[][] Links { get; }

    /// <summary>−1 for a name that is not in the map.</summary>
    public int NumberOf(string name) => _numbers.GetValueOrDefault(name, -1);

    private (int Peer, int Cost)[] LinksOf(NodeRecord record, ImmutableSortedDictionary<string, NodeRecord> records, Clusters clusters)
    {
        var links = new List<(int, int)>(record.Links.Length);
        foreach (var (name, cost) in record.Links)
        {
            if (name != record.Node && records.TryGetValue(name, out var peer) && clusters.CostSaid(peer, record) is { } back)
                links.Add((_numbers[name], Math.Max(1, Math.Max(cost, back))));
        }

        if (!clusters.IsWhole(record))
            return [.. links];
        var listed = record.Links.Select(link => link.Peer).ToHashSet(StringComparer.Ordinal);
        foreach (var member in clusters.MembersOf(record.Cluster!.Name))
        {
            if (member.Node != record.Node && !listed.Contains(member.Node) && !record.Cluster.Lacks(member.Node) && clusters.CostSaid(member, record) is { } back)
                links.Add((_numbers[member.Node], Math.Max(1, Math.Max(record.Cluster.Cost, back))));
        }

        return [.. links];
    }
}
