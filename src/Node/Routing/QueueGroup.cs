using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Anode.Routing;

/// <summary>The members that share the messages of one queue group: each message goes to one of them. Never empty.</summary>
internal sealed class QueueGroup(byte[] name, ImmutableArray<Subscription> members)
{
    public byte[] Name { get; } = name;

    public ImmutableArray<Subscription> Members { get; } = members;

    /// <summary>Where it is, or the complement of where it would go: members stand in the order of their births.</summary>
    public int IndexOf(Subscription subscription) => Crowd.IndexIn(ImmutableCollectionsMarshal.AsArray(Members)!, subscription);

    public bool IsNamed(ReadOnlySpan<byte> name) => name.SequenceEqual(Name);
}
