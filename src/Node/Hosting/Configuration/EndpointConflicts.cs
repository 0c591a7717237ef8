using Anode.Messages;

namespace Anode.Hosting.Configuration;

/// <summary>
/// Two endpoints that cannot both be: same name, or same place to bind. Said before the second bind fails with EADDRINUSE. And one that could
/// deliver no message.
/// </summary>
internal static class EndpointConflicts
{
    public static void Refuse(NodeOptions options, Fields<NodeOptions> fields)
    {
        RefuseNames(options, fields);
        RefusePlaces(options, fields);
        RefuseBounds(options, fields);
        var moving = options.Listeners.ToList().FindIndex(listener => listener.Placement == PlacementKind.Cluster);
        fields.Require(
            moving < 0 || options.Cluster.Address is not null, "listeners",
            "placement = cluster is for a node in a cluster: give it node.cluster.address, or --cluster HOST:PORT", moving);
    }

    private static void RefuseBounds(NodeOptions options, Fields<NodeOptions> fields)
    {
        var bounds = options.Listeners.Select((l, i) => (List: "listeners", Item: i, l.PendingBytes))
            .Concat(options.Dialers.Select((d, i) => (List: "dialers", Item: i, d.PendingBytes)));
        foreach (var (list, item, bytes) in bounds)
        {
            fields.Require(
                bytes == 0 || bytes >= options.Limits.FrameBytes, list,
                "pending-bytes must hold at least one frame: limits.payload-bytes + limits.frame-overhead-bytes, or be 0", item);
        }
    }

    private static void RefuseNames(NodeOptions options, Fields<NodeOptions> fields)
    {
        var endpoints = options.Listeners.Select((l, i) => (List: "listeners", Item: i, l.Name, l.Address))
            .Concat(options.Dialers.Select((d, i) => (List: "dialers", Item: i, d.Name, d.Address)))
            .Concat(options.Peers.Select((p, i) => (List: "peers", Item: i, p.Name, p.Address)));
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (list, item, name, address) in endpoints.Where(e => e.Name.Length > 0))
        {
            if (!named.TryAdd(name, address.ToString()))
                fields.Require(false, list, $"two endpoints are named '{name}': {named[name]} and {address}", item);
        }
    }

    private static void RefusePlaces(NodeOptions options, Fields<NodeOptions> fields)
    {
        var bound = new Dictionary<string, (string Owner, bool ReusePort)>(StringComparer.Ordinal);
        if (options.Http.Address is { Port: not 0 } http)
            bound[http.ToString()] = ("node.http.address", false);
        for (var i = 0; i < options.Listeners.Count; i++)
        {
            var listener = options.Listeners[i];
            if (Place(listener) is not { } place)
                continue;
            var owner = listener.Name.Length > 0 ? $"listener '{listener.Name}'" : $"listener {i + 1} of node.listeners";
            if (!bound.TryAdd(place, (owner, listener.ReusePort)) && !(listener.ReusePort && bound[place].ReusePort))
                fields.Require(false, "listeners", $"{bound[place].Owner} and {owner} both bind {listener.Address}", i);
        }
    }

    /// <summary>
    /// Null where binding twice is no conflict: port 0 is a different port each time. A Unix path is one file, whatever type
    /// of socket it stands for, and a port of TCP is one port, whether in clear or not. Sharing a port is asked for with <c>reuse-port</c> on both sides.
    /// </summary>
    private static string? Place(ListenerOptions listener) =>
        listener.Address.IsUnix ? listener.Address.Host
        : listener.Address.Port == 0 ? null
        : listener.Address.Scheme == Scheme.Tls ? NetAddress.HostPort(Scheme.Tcp, listener.Address.Host, listener.Address.Port).ToString()
        : listener.Address.ToString();
}
