namespace Anode.Mesh;

/// <summary>What a node knows of the mesh; <see cref="MeshActor"/>'s alone, and kept when that is made anew.</summary>
internal sealed class MeshKnowledge(string node, long incarnation, MeshSettings settings)
{
    public MapKeeper Map { get; } = new(node, incarnation, settings.Cluster, settings.Cost);

    /// <summary>What this node has said of its own clients' subscriptions.</summary>
    public InterestTable Own { get; } = new();

    public Dictionary<string, RemoteInterest> Others { get; } = new(StringComparer.Ordinal);

    /// <summary>By the peer's name.</summary>
    public Dictionary<string, MeshLink> Links { get; } = new(StringComparer.Ordinal);

    /// <summary>Since when nodes have been out of reach, by the monotonic clock.</summary>
    public Dictionary<string, long> LostAt { get; } = new(StringComparer.Ordinal);
}
