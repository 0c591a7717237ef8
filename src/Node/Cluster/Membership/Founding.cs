using Anode.Messages;

namespace Anode.Cluster.Membership;

/// <summary>
/// Whether the cluster this node is in is the one it is meant to be in. The first of the seeds begins one when none of the others answers, and behind a
/// cut none does, though they may well be members of each other. So until it has once seen as many members as a majority of the seeds, it takes
/// nothing that moves, and gives way to more members than it has itself.
/// </summary>
/// <remarks>Fewer than three seeds have no majority that says anything.</remarks>
internal sealed class Founding(IReadOnlyList<NetAddress> seeds)
{
    private const int Patience = 5;

    private readonly int _majority = seeds.Distinct().Count() is var count and > 2 ? count / 2 + 1 : 0;
    private int _votes;
    private int _beatsAlone;

    /// <summary>From then on the cluster is what its members make it, down to the last.</summary>
    public bool IsComplete { get; private set; } = seeds.Distinct().Count() < 3;

    /// <summary>In a cluster that it may have begun for want of others: Up, and so its own leader; or waiting alone for <c>min-members</c>, for a while already.</summary>
    public bool IsFounder => !IsComplete && (_votes > 0 || _beatsAlone > Patience);

    /// <summary>Once a second. One who joins others is alone for a moment only, until it has been told of them.</summary>
    public void OnBeat(bool isAlone) => _beatsAlone = isAlone ? _beatsAlone + 1 : 0;

    public void OnMembers(int votes)
    {
        _votes = votes;
        IsComplete |= votes >= _majority;
    }

    /// <summary>One who is no member here says that it is one among so many.</summary>
    public bool IsElsewhere(int votes) => IsFounder && votes >= _majority && votes > _votes;
}
