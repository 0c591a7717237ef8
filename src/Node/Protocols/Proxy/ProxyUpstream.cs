using Akka.Actor;
using Anode.Sockets;

namespace Anode.Protocols.Proxy;

/// <summary>The half that was dialled; it knows its other half from the beginning.</summary>
internal sealed class ProxyUpstream(IActorRef client, Outlet outlet) : ProxyHalf
{
    public override void OnOpen(IConnection connection)
    {
        base.OnOpen(connection);
        client.Tell(new Joined(connection.Record.Id, connection.Self, connection.Outlet), ActorRefs.NoSender);
        Join(client, outlet);
    }

    /// <summary>To the half that was accepted: there is another one now.</summary>
    internal sealed record Joined(long Id, IActorRef Actor, Outlet Outlet) : IReapable;
}
