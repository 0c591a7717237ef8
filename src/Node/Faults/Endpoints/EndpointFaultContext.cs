using Akka.Actor;
using Anode.Sockets;

namespace Anode.Faults;

/// <summary>What a fault of a whole endpoint has to do with; on the turn of <see cref="FaultsActor"/>.</summary>
/// <param name="Parent">Under which it may have an actor of its own.</param>
internal sealed record EndpointFaultContext(ActiveFault Fault, EndpointEntry Entry, IActorRef Guard, SocketContext Sockets, IActorContext Parent);
