using System.Collections.Immutable;

namespace Anode.Routing;

/// <summary>The members that share the messages of one queue group: each message goes to one of them. Never empty.</summary>
internal sealed class QueueGroup(byte[] name, ImmutableArray<Subscription> members)
{
    public byte[] Name { get; } = name;

    public ImmutableArray<Subscription> Members { get; } = members;

    public bool IsNamed(ReadOnlySpan<byte> name) => name.SequenceEqual(Name);
}
