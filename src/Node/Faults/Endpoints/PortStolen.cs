using Akka.Actor;
using Anode.Sockets;

namespace Anode.Faults;

/// <summary>
/// <c>port-stolen</c>: the endpoint loses its socket, and before it can bind again a stranger has its address. The endpoint finds it in use, waits and tries; when
/// the fault ends the stranger leaves.
/// </summary>
internal sealed record PortStolen : EndpointShape
{
    public override IUndo Begin(EndpointFaultContext context)
    {
        var thief = context.Parent.ActorOf(StrangerActor.Props(context.Entry, context.Guard, context.Fault.Tally.Hit), $"stranger-{context.Fault.Id}");
        return new Leave(context.Parent, thief);
    }

    private sealed class Leave(IActorContext parent, IActorRef thief) : IUndo
    {
        public void Undo() => parent.Stop(thief);
    }
}
