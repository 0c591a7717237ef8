using Anode.Messages;

namespace Anode.Hosting.Configuration;

/// <summary>One socket the node opens for others: a stream it accepts on, or a datagram socket it binds.</summary>
internal sealed record ListenerOptions
{
    /// <summary>Unique among listeners and dialers.</summary>
    public required string Name { get; init; }

    public required NetAddress Address { get; init; }

    public required EndpointProtocol Protocol { get; init; }

    /// <summary>Whether the node counts as ready only once this is bound.</summary>
    public required bool Required { get; init; }

    /// <summary>On every node that has it, or on one of them at a time.</summary>
    public required PlacementKind Placement { get; init; }

    /// <summary>A node needs one of these to run it; none: any node.</summary>
    public required ValueList<string> Roles { get; init; }

    /// <summary>Names of nodes, the best first.</summary>
    public required ValueList<string> Prefer { get; init; }

    public required int Backlog { get; init; }

    /// <summary>Open connections at which accepting pauses; 0: no bound.</summary>
    public required int MaxConnections { get; init; }

    public required SocketTuning Tuning { get; init; }

    /// <summary><c>SO_REUSEPORT</c>: several processes share the port, the kernel spreads connections.</summary>
    public required bool ReusePort { get; init; }

    /// <summary>An IPv6 socket that takes IPv4 as well.</summary>
    public required bool DualStack { get; init; }

    /// <summary>Null: as umask has it.</summary>
    public required UnixFileMode? UnixMode { get; init; }

    /// <summary>Datagrams, native: MSG without a session publishes.</summary>
    public required bool AllowAnonymousPublish { get; init; }

    public required LinesOptions Lines { get; init; }

    /// <summary>Proxies: where each connection is passed on to; null for other protocols.</summary>
    public required NetAddress? To { get; init; }

    public required SlowConsumerPolicy SlowConsumer { get; init; }

    /// <summary>Bytes that may be pending for one of its connections; 0: <see cref="LimitOptions.PendingBytes"/>.</summary>
    public required long PendingBytes { get; init; }

    /// <summary>How long one of its connections may hold its sources; 0: <see cref="LimitOptions.SlowConsumerHold"/>.</summary>
    public required TimeSpan SlowConsumerHold { get; init; }

    public required ListenerTlsOptions Tls { get; init; }

    public static ListenerOptions Map(Fields<ListenerOptions> fields, ValueKind<NetAddress> addressKind, ValueKind<NetAddress> dialledKind)
    {
        var name = fields.Value("name", o => o.Name, EndpointKinds.Name);
        var address = fields.Value("address", o => o.Address, addressKind);
        fields.Require(
            address.Family is not null || address.Host == "localhost", "address",
            $"'{address}' names a host, but a listener binds an address of this machine: write its IP, 0.0.0.0 or [::] for all, or localhost");
        var protocol = fields.Value("protocol", o => o.Protocol, EndpointKinds.Protocol);
        var isStream = address.Kind == SocketKind.Stream;
        fields.Require(isStream || protocol != EndpointProtocol.Nats, "protocol", "protocol = nats is for tcp://, tls:// and unix:// only: NATS has no datagrams");
        fields.Require(isStream || protocol != EndpointProtocol.Link, "protocol", "protocol = link is for tcp://, tls:// and unix:// only: links need order and acknowledgement below them");
        var isProxy = protocol == EndpointProtocol.Proxy;
        fields.Require(isStream || !isProxy, "protocol", "protocol = proxy is for tcp://, tls:// and unix:// only: it passes on connections");
        var proxy = fields.Only(isProxy, "it is for protocol = proxy only");
        var to = proxy.Value("to", o => o.To, EndpointKinds.Target(dialledKind));
        fields.Require(!isProxy || to is not null, "to", "protocol = proxy needs to = ADDRESS, where connections are passed on to: to = \"tcp://127.0.0.1:4222\"");
        fields.Require(to is null || to != address, "to", $"to = {to} is the listener's own address: each connection would make another one, without end");
        var stream = fields.Only(isStream, "it is for tcp://, tls:// and unix:// only, there are no connections to accept here");
        var ip = fields.Only(!address.IsUnix, "it is for tcp://, tls:// and udp:// only");
        var v6 = fields.Only(address.Family == Family.Inet6, "it is for IPv6 addresses like tcp://[::]:7400 only");
        var file = fields.Only(address.IsUnix && !address.IsAbstract, "it is for Unix sockets with a path only");
        var nativeDatagram = fields.Only(!isStream && protocol == EndpointProtocol.Native, "it is for native datagrams only");
        var network = fields.Only(!address.IsUnix, "a Unix socket is one machine's: it is for tcp://, tls:// and udp:// only");
        var placement = network.Value("placement", o => o.Placement, EndpointKinds.Placement);
        var moving = fields.Only(placement == PlacementKind.Cluster, "it is for placement = cluster only");
        var unproxied = fields.Only(!isProxy, "a proxy's slow peer slows the one that sends to it");
        return new()
        {
            Name = name,
            Placement = placement,
            Roles = moving.List("roles", o => o.Roles, EndpointKinds.Word),
            Prefer = moving.List("prefer", o => o.Prefer, EndpointKinds.Word),
            Address = address,
            Protocol = protocol,
            Required = fields.Switch("required", o => o.Required),
            Backlog = stream.Count("backlog", o => o.Backlog, 0, 65535),
            MaxConnections = stream.Count("max-connections", o => o.MaxConnections, 0, int.MaxValue),
            Tuning = fields.Part(o => o.Tuning, part => SocketTuning.Map(part, address)),
            ReusePort = ip.Switch("reuse-port", o => o.ReusePort),
            DualStack = v6.Switch("dual-stack", o => o.DualStack),
            UnixMode = file.Value("unix-mode", o => o.UnixMode, EndpointKinds.UnixMode),
            AllowAnonymousPublish = nativeDatagram.Switch("allow-anonymous-publish", o => o.AllowAnonymousPublish),
            Lines = fields.Part(o => o.Lines, part => LinesOptions.Map(part, protocol)),
            To = to,
            SlowConsumer = unproxied.Value("slow-consumer", o => o.SlowConsumer, EndpointKinds.SlowConsumer),
            PendingBytes = unproxied.Bytes("pending-bytes", o => o.PendingBytes, 0, 64 * Bounds.GiB),
            SlowConsumerHold = stream.Only(!isProxy, "a proxy's slow peer slows the one that sends to it").Duration("slow-consumer-hold", o => o.SlowConsumerHold, Bounds.Zero, Bounds.Day),
            Tls = fields.Only(address.Scheme == Scheme.Tls, "it is for tls:// only").Block("tls", o => o.Tls, ListenerTlsOptions.Map),
        };
    }
}
