using Akka.Actor;

namespace Anode.Faults;

/// <summary><c>actor-pause</c>: the actor handles no message until the fault ends; they wait in its mailbox.</summary>
internal sealed record ActorPause : ActorShape
{
    public override IUndo Begin(ActorFaultContext context)
    {
        context.Fault.Tally.Hit();
        context.Actor.Suspend();
        return new Go(context.Actor);
    }

    private sealed class Go(IInternalActorRef actor) : IUndo
    {
        public void Undo() => actor.Resume();
    }
}
