using Akka.Actor;
using Akka.Hosting;
using Anode.Discovery;
using Anode.Faults;
using Anode.Hosting.Configuration;
using Anode.Mesh;
using Anode.Operations;
using Anode.Protocols.Link;
using Anode.Sockets;
using Anode.Sockets.Serialization;

namespace Anode.Hosting;

/// <summary>
/// The whole supervision tree of a node, in one place:
/// <code>
/// /user/node
///   reaper              returns slabs and closes sockets that reached an actor after its end
///   events              what happened, for /api/events
///   mesh                MeshActor: links, map, interest; only where there are links
///   endpoints
///     ep-tcp-7400       EndpointGuard: back-off, budget, state; never touches a socket
///       conns           ConnectionsActor, one-for-one/stop: grants accept credit
///         conn-17       ConnectionActor: owns one accepted socket and its (conn, address)
///         out-18        OutwardActor: owns the socket that a proxy dialled for conn-17
///       listener        ListenerActor: owns the listening socket
///     ep-udp-7400       EndpointGuard
///       conns           SessionsActor: one child for each (socket, address)
///         peer-18       SessionActor
///       socket          DatagramActor: owns the socket
///     ep-to-sensor      EndpointGuard of a dialer
///       conns, dialer   DialerActor: owns the socket while it connects
///   sockets             SocketsActor: sockets that other actors open and drive
///     socket-3, conn-19
///   faults              FaultsActor, with node.faults.enabled: begins and ends what is broken on purpose
///   discovery           DiscoveryActor, with node.discovery.enabled: beacons, and whom it dials for them
///     $a                BeaconSender: one for each network interface
///   cluster             MembershipActor, with node.cluster.address: who the members are, and evidence against the silent
///     director          DirectorActor: one of all members' says who has which endpoint that moves
///     host              HostActor: opens and closes this node's share
/// </code>
/// </summary>
internal sealed class NodeActor : UntypedActor
{
    private readonly NodeRuntime _runtime;

    private NodeActor(NodeRuntime runtime) => _runtime = runtime;

    public static Props Props(NodeRuntime runtime) => Produce.Props(() => new NodeActor(runtime));

    protected override void PreStart()
    {
        var (runtime, view) = (_runtime, _runtime.View);
        Context.ActorOf(ReaperActor.Props(), "reaper");
        // On a loop, where most of what it hears of happens: a thread of the pool would have to be woken for each connection that comes or goes.
        var events = view.Sockets.Driver.Next(Context.System).Of(EventsActor.Props(view.Events));
        EventsActor.Subscribe(Context.ActorOf(events, "events"), Context.System.EventStream);
        runtime.Opener = Context.ActorOf(SocketsActor.Props(view.Sockets), "sockets");
        // Known before there are endpoints, and so before it has begun itself: a link may stand by then, and its news waits in the mailbox.
        if (view.Relay.Mesh is { } mesh)
            mesh.Actor = Context.ActorOf(MeshActor.Props(mesh, view.Relay.Index, new LinkWire()), "mesh");
        runtime.Endpoints = Context.ActorOf(
            EndpointsActor.Props(runtime.Specs, view.Sockets, EndpointSpecs.GuardOptionsOf(runtime.Options), view.Endpoints), "endpoints");
        if (view.Faults is { } faults)
            faults.Actor = Context.ActorOf(FaultsActor.Props(faults, view.Sockets, view.Endpoints, runtime.Options.Faults.Specs), "faults");
        view.EndpointsActor = runtime.Endpoints;
        if (view.Discovery is { } discovery)
            discovery.Actor = Context.ActorOf(DiscoveryActor.Props(discovery, DiscoveryPartsOf(view)), "discovery");
        if (view.Cluster is { } cluster)
        {
            cluster.Endpoints = runtime.Endpoints;
            cluster.Movable = [.. view.Endpoints.All.Where(entry => entry.Spec.Mobility is not null)];
            Context.ActorOf(cluster.Props(), "cluster");
        }
    }

    private DiscoveryParts DiscoveryPartsOf(NodeView view) => new(
        _runtime.Opener!, _runtime.Endpoints!, view.Endpoints, EndpointSpecs.DiscoveryDoor, peer => view.Relay.Mesh!.View.Links.ContainsKey(peer),
        (name, link) => EndpointSpecs.LinkTo(view.Relay, name, link, EndpointSpecs.DialTls(_runtime.Options, link)));

    /// <summary>A branch that fails begins anew with all below it; ten failures in a minute are a bug that a restart does not heal.</summary>
    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(maxNrOfRetries: 10, withinTimeRange: TimeSpan.FromMinutes(1), _ => Directive.Restart);

    protected override void OnReceive(object message) => Unhandled(message);
}

internal static class SupervisionTree
{
    public static AkkaConfigurationBuilder WithNode(this AkkaConfigurationBuilder builder, LoadedConfig config, NodeRuntime runtime) =>
        builder
            .WithCluster(runtime.View.Cluster)
            .AddHocon(config.Akka, HoconAddMode.Prepend)
            .AddHocon(SockSerializer.Config, HoconAddMode.Prepend)
            .AddHocon(LeanMailbox.Declaration, HoconAddMode.Prepend)
            .WithActors((system, _) =>
            {
                Timers.Begin(system);
                runtime.View.System = system;
                runtime.Ready.Start(system);
                runtime.View.Root = system.ActorOf(NodeActor.Props(runtime), "node");
            });
}
