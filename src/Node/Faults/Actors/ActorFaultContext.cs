using Akka.Actor;

namespace Anode.Faults;

/// <summary>What a fault of an actor has to do with; on the turn of <see cref="FaultsActor"/>.</summary>
/// <param name="After">Runs something later on that turn, for as long as the fault goes on.</param>
internal sealed record ActorFaultContext(ActiveFault Fault, IInternalActorRef Actor, Action<TimeSpan, Action> After);

/// <summary>Of what is done once and cannot be taken back: supervision is what heals it.</summary>
internal sealed class NothingToUndo : IUndo
{
    public static readonly NothingToUndo Instance = new();

    public void Undo()
    {
    }
}
