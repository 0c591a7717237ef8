using Akka.Actor;

namespace Anode.Faults;

/// <summary>The faults of one node, as its other rooms see them.</summary>
/// <param name="longest">Lease.</param>
internal sealed class FaultRoom(TimeSpan longest)
{
    public TimeSpan Longest => longest;

    public FaultBoard Board { get; } = new();

    /// <summary>Between this node and other members of its cluster.</summary>
    public ClusterCuts Cuts { get; } = new();

    /// <summary>Begins and ends them; set when the tree stands.</summary>
    public IActorRef? Actor { get; set; }
}
