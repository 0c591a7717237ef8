using Anode.Sockets;

namespace Anode.Faults;

/// <summary><c>actor-restart</c>: the actor is made anew in its place, as if it had failed and its supervisor restarted it.</summary>
internal sealed record ActorRestart : ActorShape
{
    public override IUndo Begin(ActorFaultContext context)
    {
        context.Fault.Tally.Hit();
        // Akka restarts what is suspended; a failing actor has suspended itself.
        context.Actor.Suspend();
        context.Actor.Restart(Sabotage.Exception);
        return NothingToUndo.Instance;
    }
}
