using Akka.Actor;
using Anode.Sockets;

namespace Anode.Faults;

/// <summary><c>actor-throw</c>: the actor fails with an exception while it handles a message; its supervisor decides.</summary>
internal sealed record ActorThrow : ActorShape
{
    private static readonly string[] Saboteurs = ["conn-", "peer-", "listener", "socket"];

    public override IUndo Begin(ActorFaultContext context)
    {
        context.Fault.Tally.Hit();
        // Sockets' owners fail by an exception of their own, so that they know it was a crash; any other by Akka's.
        var owner = Saboteurs.Any(name => context.Actor.Path.Name.StartsWith(name, StringComparison.Ordinal));
        context.Actor.Tell(owner ? Sabotage.Instance : Kill.Instance, ActorRefs.NoSender);
        return NothingToUndo.Instance;
    }
}
