using Akka.Actor;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Faults;

/// <summary><c>down</c>: the endpoint is closed, its connections are reset, and who connects is refused; it opens again when the fault ends.</summary>
internal sealed record Down : EndpointShape
{
    public override IUndo Begin(EndpointFaultContext context)
    {
        context.Fault.Tally.Hit();
        context.Guard.Tell(new Endpoint.Suspend(), context.Parent.Self);
        foreach (var record in context.Sockets.Connections.Open.Where(record => record.Endpoint == context.Entry.Spec.Name))
        {
            context.Fault.Tally.CountConnection();
            record.Outlet?.Owner.Tell(new EndAbruptly(CloseReason.Fault), ActorRefs.NoSender);
        }

        return new Up(context);
    }

    private sealed class Up(EndpointFaultContext context) : IUndo
    {
        private readonly IActorRef _self = context.Parent.Self;

        public void Undo() => context.Guard.Tell(new Endpoint.Resume(), _self);
    }
}
