using System.Collections.Immutable;

namespace Anode.Mesh;

/// <summary>What a member of a cluster says of its links to the other members: all in one word, so that none of them is listed.</summary>
/// <param name="Name">Of the cluster.</param>
/// <param name="IsWhole">It has a link to every member that says the same, but for <paramref name="Without"/>; false: its links are listed as everybody's are.</param>
/// <param name="Cost">Of each of those links.</param>
/// <param name="Without">Members to which there is no link, in ordinal order.</param>
internal sealed record ClusterClaim(string Name, bool IsWhole, int Cost, ImmutableArray<string> Without)
{
    public bool Lacks(string member) => Without.BinarySearch(member, StringComparer.Ordinal) >= 0;

    public bool SaysSameAs(ClusterClaim? other) =>
        other is not null && (Name, IsWhole, Cost) == (other.Name, other.IsWhole, other.Cost) && Without.AsSpan().SequenceEqual(other.Without.AsSpan());
}
