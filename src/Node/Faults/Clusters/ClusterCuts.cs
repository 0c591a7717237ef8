using System.Collections.Immutable;
using Anode.Cluster;
using Anode.Messages;

namespace Anode.Faults;

/// <summary>From which members this node is cut off. Written by <see cref="FaultsActor"/> alone, read from any thread.</summary>
internal sealed class ClusterCuts : IClusterCut
{
    private ImmutableList<Cut> _cuts = [];

    /// <summary>Where a member has its cluster address; null if there is none of that name. Set when the node has its parts.</summary>
    public Func<string, NetAddress?> Find { get; set; } = _ => null;

    public IUndo Begin(NetAddress member, ActiveFault fault)
    {
        var cut = new Cut(this, member, fault);
        Volatile.Write(ref _cuts, _cuts.Add(cut));
        return cut;
    }

    public bool Takes(NetAddress member, bool inbound, int bytes)
    {
        var other = inbound ? FaultDirection.Out : FaultDirection.In;
        foreach (var cut in Volatile.Read(ref _cuts))
        {
            if (cut.Member != member || cut.Fault.Spec.Direction == other)
                continue;
            cut.Fault.Tally.CountLost(bytes);
            return true;
        }

        return false;
    }

    public bool IsSilent(NetAddress member) => Volatile.Read(ref _cuts).Exists(cut => cut.Member == member);

    private sealed class Cut(ClusterCuts all, NetAddress member, ActiveFault fault) : IUndo
    {
        public NetAddress Member => member;

        public ActiveFault Fault => fault;

        public void Undo() => Volatile.Write(ref all._cuts, all._cuts.Remove(this));
    }
}
