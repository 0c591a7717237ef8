using System.Collections.Immutable;

namespace Anode.Mesh;

/// <summary>One end of a link as the node that says so sees it.</summary>
/// <param name="Peer">Name of the node at the other end.</param>
/// <param name="Cost">At least 1; the larger of what both ends say counts.</param>
internal readonly record struct Adjacency(string Peer, int Cost);

/// <summary>What one node says of its links. Only that node writes it; everybody else passes it on as it is.</summary>
/// <param name="Node">Who says it.</param>
/// <param name="Incarnation">Grows with each start of that node.</param>
/// <param name="Version">Grows with each change within an incarnation.</param>
/// <param name="Draining">It is about to stop: nothing should be led through it any more.</param>
/// <param name="Links">In the order of the peers' names; of a member of a cluster that is whole, those that its claim does not cover.</param>
/// <param name="Cluster">The cluster it is a member of; null: none.</param>
internal sealed record NodeRecord(string Node, long Incarnation, long Version, bool Draining, ImmutableArray<Adjacency> Links, ClusterClaim? Cluster = null)
{
    public bool IsNewerThan(NodeRecord? other) => other is null || IsNewerThan(other.Incarnation, other.Version);

    public bool IsNewerThan(long incarnation, long version) =>
        Incarnation > incarnation || (Incarnation == incarnation && Version > version);

    /// <summary>Whatever their versions are.</summary>
    public bool SaysSameAs(NodeRecord other) => Draining == other.Draining && Links.AsSpan().SequenceEqual(other.Links.AsSpan())
        && (Cluster is null ? other.Cluster is null : Cluster.SaysSameAs(other.Cluster));
}
