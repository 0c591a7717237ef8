namespace Anode.Mesh;

/// <summary>Changes of one node's interest, or a part of the whole of it.</summary>
/// <param name="Node">Whose it is.</param>
/// <param name="Incarnation">Of that node.</param>
/// <param name="From">The version they continue; −1: a part of the whole table.</param>
/// <param name="To">The version they lead to.</param>
/// <param name="IsLast">Of the parts.</param>
/// <param name="Changes">In order.</param>
internal sealed record InterestNews(string Node, long Incarnation, long From, long To, bool IsLast, IReadOnlyList<InterestChange> Changes)
{
    public const long Whole = -1;
}

/// <summary>What a node knows of another, in short: neighbours compare these and send what the other lacks.</summary>
internal readonly record struct NodeDigest(
    string Node, long Incarnation, long Version, long InterestIncarnation, long InterestVersion, ulong Interest);
