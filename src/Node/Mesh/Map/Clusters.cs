using System.Collections.Immutable;

namespace Anode.Mesh;

/// <summary>
/// The clusters in a map, and who in them is believed. Of a member that is gone only one has to say so, its <em>speaker</em>; the others say nothing, so that the
/// death of one of a hundred is one new record and not ninety-nine.
/// </summary>
/// <remarks>
/// The speaker is the first member by name that is whole. Whom it lacks is deserted: that one's word of being whole no longer counts, dead or not. If it lives it learns of this
/// and lists its links. The speaker's own end is said by the first after it that it does not lack itself; so of two that lost each other and live, the first is believed.
/// </remarks>
internal sealed class Clusters
{
    private readonly Dictionary<string, List<NodeRecord>> _members = new(StringComparer.Ordinal);
    private readonly HashSet<string> _deserted = new(StringComparer.Ordinal);

    public Clusters(ImmutableSortedDictionary<string, NodeRecord> records)
    {
        foreach (var record in records.Values)
        {
            if (record.Cluster is not { } claim)
                continue;
            if (!_members.TryGetValue(claim.Name, out var members))
                _members[claim.Name] = members = [];
            members.Add(record);
        }

        foreach (var members in _members.Values)
            _deserted.UnionWith(Deserted(members));
    }

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<NodeRecord> MembersOf(string cluster) => _members.GetValueOrDefault(cluster) ?? [];

    public bool IsDeserted(string member) => _deserted.Contains(member);

    /// <summary>It says so, and is believed.</summary>
    public bool IsWhole(NodeRecord record) => record.Cluster is { IsWhole: true } && !IsDeserted(record.Node);

    /// <summary>Who has to say that this member is gone; null: nobody can for all.</summary>
    public string? SpeakerFor(string cluster, string member)
    {
        foreach (var record in MembersOf(cluster))
        {
            if (record.Node != member && IsWhole(record))
                return record.Node;
        }

        return null;
    }

    /// <summary>What the link costs that one says it has to the other; null: it does not say so.</summary>
    public int? CostSaid(NodeRecord from, NodeRecord to)
    {
        var (low, high) = (0, from.Links.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            switch (string.CompareOrdinal(from.Links[middle].Peer, to.Node))
            {
                case 0: return from.Links[middle].Cost;
                case < 0: low = middle + 1; break;
                default: high = middle - 1; break;
            }
        }

        return IsWhole(from) && to.Cluster?.Name == from.Cluster!.Name && !from.Cluster.Lacks(to.Node) ? from.Cluster.Cost : null;
    }

    private static IEnumerable<string> Deserted(List<NodeRecord> members)
    {
        ClusterClaim? speaker = null;
        string? name = null;
        foreach (var record in members)
        {
            if (record.Cluster is not { IsWhole: true } claim)
                continue;
            if (speaker is null)
                (speaker, name) = (claim, record.Node);
            else if (!speaker.Lacks(record.Node))
                return claim.Lacks(name!) ? claim.Without : speaker.Without;
        }

        return speaker?.Without ?? [];
    }
}
