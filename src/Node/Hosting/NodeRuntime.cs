using Akka.Actor;
using Anode.Cluster;
using Anode.Faults;
using Anode.Hosting.Configuration;
using Anode.Ledger;
using Anode.Operations;
using Anode.Operations.Toxiproxy;
using Anode.Sockets;

namespace Anode.Hosting;

/// <summary>The parts of one running node, put together from its options.</summary>
internal sealed class NodeRuntime
{
    public NodeRuntime(NodeOptions options)
    {
        Options = options;
        var sockets = new SocketContext(EndpointSpecs.SettingsOf(options));
        var relay = EndpointSpecs.CoreOf(options);
        var endpoints = new EndpointDirectory();
        var nats = EndpointSpecs.NatsOf(options, relay, endpoints, () => View?.Cluster);
        var discovery = EndpointSpecs.DiscoveryOf(options);
        Specs = options.Cluster.Voter ? [] : new EndpointSpecs(relay, sockets, nats, discovery).Of(options);
        var faults = options.Faults.Enabled ? new FaultRoom(options.Faults.Longest) : null;
        View = new NodeView
        {
            Name = options.Name,
            Token = options.Http.Token,
            Sockets = sockets,
            Relay = relay,
            Nats = nats,
            Endpoints = endpoints,
            Events = new EventLog(),
            Faults = faults,
            Discovery = discovery,
            Cluster = options.Cluster.Address is null ? null : new ClusterNode(ClusterParts.SettingsOf(options)) { Doors = () => ClusterParts.DoorsOf(endpoints), Cut = faults?.Cuts },
        };
        sockets.Faults = View.Faults?.Board;
        sockets.DropWitness = relay.Ledger is { } book ? new DropWitness(book) : null;
        if (faults is not null)
            faults.Cuts.Find = name => View.Cluster?.AddressOf(name);
        if (View.Cluster is { } cluster && relay.Mesh is not null)
            cluster.Watcher = new MemberLinks(relay, endpoints, () => Endpoints, address => EndpointSpecs.DialTls(options, address));
        relay.OtherDoors = () => [.. ClusterParts.DoorsOfOthers(View.Cluster).Where(door => door.Protocol == "native").Select(door => door.Address.ToString())];
        // Before the tree stands: a node of which nothing has begun must not look like one that has nothing to begin.
        foreach (var spec in Specs)
            View.Endpoints.Declare(spec);
        Ready = new ReadyWatch(Specs);
    }

    public NodeOptions Options { get; }

    public IReadOnlyList<EndpointSpec> Specs { get; }

    public NodeView View { get; }

    /// <summary>Tells when every required endpoint serves.</summary>
    public ReadyWatch Ready { get; }

    /// <summary>Null: toxiproxy's API is not served.</summary>
    public ToxiproxyServer? Toxiproxy { get; set; }

    /// <summary>Supervises the guards; set when the tree stands.</summary>
    public IActorRef? Endpoints { get; set; }

    /// <summary>Opens sockets for other actors; set when the tree stands.</summary>
    public IActorRef? Opener { get; set; }
}
