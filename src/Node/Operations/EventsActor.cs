using Akka.Actor;
using Anode.Sockets;

namespace Anode.Operations;

/// <summary>Listens to what the node publishes about itself and keeps it in the <see cref="EventLog"/>.</summary>
internal sealed class EventsActor : UntypedActor
{
    public static Props Props(EventLog log) => Produce.Props(() => new EventsActor());

    protected override void OnReceive(object message) => Unhandled(message);
}
