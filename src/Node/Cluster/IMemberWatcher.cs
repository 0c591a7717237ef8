using Anode.Messages;

namespace Anode.Cluster;

/// <summary>Wants to know who the members are: whoever keeps links between them.</summary>
internal interface IMemberWatcher
{
    /// <summary>Where this node takes links; told to the other members. Null: it takes none.</summary>
    NetAddress? LinkAddress { get; }

    /// <summary>
    /// All other members that have said their name, after each change; called on an actor's turn, so it must not block. One that is gone is no
    /// longer in the list, one that is out of reach still is.
    /// </summary>
    void OnMembers(IReadOnlyList<MemberInfo> members);
}

/// <summary>Another member of the cluster.</summary>
/// <param name="Name">Of its node.</param>
/// <param name="Incarnation">Grows with each start of a node of that name.</param>
/// <param name="Link">Where it takes links.</param>
/// <param name="IsUp">Up and within reach.</param>
internal sealed record MemberInfo(string Name, long Incarnation, NetAddress? Link, bool IsUp);
