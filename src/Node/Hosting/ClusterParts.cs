using Akka.Actor;
using Akka.Hosting;
using Anode.Cluster;
using Anode.Cluster.Wire;
using Anode.Hosting.Configuration;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Hosting;

/// <summary>From configuration to what makes a node a member.</summary>
internal static class ClusterParts
{
    public static ClusterSettings SettingsOf(NodeOptions options) => new()
    {
        Node = options.Name,
        Address = options.Cluster.Address!,
        Seeds = options.Cluster.Seeds,
        Profile = options.Cluster.Profile,
        Roles = options.Cluster.Roles,
        Voter = options.Cluster.Voter,
        MinMembers = options.Cluster.MinMembers,
    };

    /// <summary>Where clients of other members may be sent: not to files of this machine, nor to what is no address to dial.</summary>
    public static IReadOnlyList<Door> DoorsOf(EndpointDirectory endpoints) =>
        [.. endpoints.All
            .Where(entry => entry.Spec.Kind == EndpointKind.Listener && entry.Spec.Protocol is "nats" or "native")
            .Select(entry => entry.Status)
            .Where(status => status is { State: Endpoint.State.Bound, Local: { IsUnix: false, Host: not ("0.0.0.0" or "::") } })
            .Select(status => new Door(status!.Protocol, status.Local!))];

    /// <summary>Who has left the cluster has its actors ended by it, once the node's clients have gone; the node's own drain-timeout bounds that wait.</summary>
    private const string PatientEnd = "akka.coordinated-shutdown.phases.before-actor-system-terminate.timeout = 10m";

    /// <summary>Those of the members that can take clients now.</summary>
    public static IEnumerable<Door> DoorsOfOthers(ClusterNode? cluster) =>
        cluster?.State.Members.Where(member => member is { IsSelf: false, Reachable: true, Status: "up" }).SelectMany(member => member.Doors) ?? [];

    /// <summary>Without a cluster nothing of remoting is even configured: a node alone starts and idles as if there were none.</summary>
    public static AkkaConfigurationBuilder WithCluster(this AkkaConfigurationBuilder builder, ClusterNode? cluster)
    {
        if (cluster is null)
            return builder;
        builder
            .WithActorRefProvider(ProviderSelection.Cluster.Instance)
            .AddHocon(ClusterHocon.Of(cluster.Settings), HoconAddMode.Prepend)
            .AddHocon(PatientEnd, HoconAddMode.Prepend)
            .AddHocon(ClusterSerializer.Config, HoconAddMode.Prepend);
        if (cluster.Cut is { } cut)
            builder.AddHocon(CuttableTransport.Hocon, HoconAddMode.Prepend).AddSetup(new CuttableTransport.CutSetup(cut));
        return builder;
    }
}
