using System.Collections.Immutable;

namespace Anode.Mesh;

/// <summary>The map, and the links this node has, at one moment: what every source looks at to know where messages go. Another moment is another reference.</summary>
internal sealed record MeshView(string Self, LinkMap Map, ImmutableSortedDictionary<string, MeshLink> Links)
{
    public static MeshView Alone(string self) =>
        new(self, LinkMap.Empty, ImmutableSortedDictionary.Create<string, MeshLink>(StringComparer.Ordinal));

    /// <summary>The link over which a message of <paramref name="origin"/>'s leaves here for a node; null: there is no way, or not by this node.</summary>
    public MeshLink? LinkTo(string origin, string node) =>
        Map.TreeOf(origin).NextHop(Self, node) is { } next ? Links.GetValueOrDefault(next) : null;

    /// <summary>The link over which a message goes that is meant for one node only.</summary>
    public MeshLink? LinkTo(string node) => LinkTo(Self, node);

    /// <summary>Of the path from here; <see cref="long.MaxValue"/> when there is none.</summary>
    public long CostTo(string node) => Map.TreeOf(Self).CostTo(node) ?? long.MaxValue;
}
