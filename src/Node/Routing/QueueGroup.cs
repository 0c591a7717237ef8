using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Anode.Routing;

/// <summary>The members that share the messages of one queue group: each message goes to one of them. Never empty.</summary>
internal sealed class QueueGroup(byte[] name, ImmutableArray<Subscription> members)
{
    // Made when first asked for, perhaps by two threads at once and then twice the same: writing a reference is atomic.
    private ImmutableArray<Subscription> _local, _remote;

    public byte[] Name { get; } = name;

    public ImmutableArray<Subscription> Members { get; } = members;

    /// <summary>Those of this node; all of them, as long as there is no other node.</summary>
    public ImmutableArray<Subscription> Local => _local.IsDefault ? _local = Of(remote: false) : _local;

    /// <summary>Other nodes that have members.</summary>
    public ImmutableArray<Subscription> Remote => _remote.IsDefault ? _remote = Of(remote: true) : _remote;

    /// <summary>Where it is, or the complement of where it would go: members stand in the order of their births.</summary>
    public int IndexOf(Subscription subscription) => Crowd.IndexIn(ImmutableCollectionsMarshal.AsArray(Members)!, subscription);

    public bool IsNamed(ReadOnlySpan<byte> name) => name.SequenceEqual(Name);

    private ImmutableArray<Subscription> Of(bool remote)
    {
        foreach (var member in Members)
        {
            if (member.Subscriber.IsRemote != remote)
                return [.. Members.Where(member => member.Subscriber.IsRemote == remote)];
        }

        return Members;
    }
}
