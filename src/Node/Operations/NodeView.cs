using Akka.Actor;
using Anode.Cluster;
using Anode.Discovery;
using Anode.Faults;
using Anode.Protocols.Nats;
using Anode.Protocols.Relay;
using Anode.Sockets;

namespace Anode.Operations;

/// <summary>What operators may see of a node and touch: put together by the host, read by the HTTP API and the metrics.</summary>
internal sealed class NodeView
{
    public required string Name { get; init; }

    /// <summary>Needed for whatever changes state, when the API is reachable from other machines; empty: none is set.</summary>
    public required string Token { get; init; }

    public required SocketContext Sockets { get; init; }

    public required RelayCore Relay { get; init; }

    public required NatsServer Nats { get; init; }

    public required EndpointDirectory Endpoints { get; init; }

    public required EventLog Events { get; init; }

    /// <summary>Null: the node is in no cluster.</summary>
    public ClusterNode? Cluster { get; init; }

    /// <summary>Null: the node injects none.</summary>
    public FaultRoom? Faults { get; init; }

    /// <summary>Null: the node does not look for peers.</summary>
    public DiscoveryCore? Discovery { get; init; }

    public DateTimeOffset StartedAt { get; } = DateTimeOffset.UtcNow;

    public ActorSystem? System { get; set; }

    /// <summary>Root of the supervision tree, <c>/user/node</c>.</summary>
    public IActorRef? Root { get; set; }

    /// <summary>Adds and removes endpoints.</summary>
    public IActorRef? EndpointsActor { get; set; }

    /// <summary>The node takes no new connections any more.</summary>
    public bool Draining { get; set; }

    /// <summary>The host is stopping: whoever follows events is let go.</summary>
    public CancellationToken Stopping { get; set; }

    /// <summary>Begins to drain, as SIGTERM does; set by the host.</summary>
    public Action Drain { get; set; } = () => { };
}
