using System.Net;
using Anode.Cluster;
using Anode.Discovery;
using Anode.Hosting.Configuration;
using Anode.Ledger;
using Anode.Mesh;
using Anode.Messages;
using Anode.Protocols.Lines;
using Anode.Protocols.Link;
using Anode.Protocols.Native;
using Anode.Protocols.Nats;
using Anode.Protocols.Proxy;
using Anode.Protocols.Relay;
using Anode.Sockets;

namespace Anode.Hosting;

/// <summary>From configuration to what the sockets and protocols take: the one place where a protocol's name meets its code.</summary>
internal sealed class EndpointSpecs(RelayCore core, SocketContext sockets, NatsServer nats, DiscoveryCore? discovery)
{
    public const string LinkProtocol = "link";

    /// <summary>Name of the endpoint that hears beacons, and of what is spoken there.</summary>
    public const string DiscoveryDoor = "discovery";

    private const string NatsProtocol = "nats";

    public static SocketSettings SettingsOf(NodeOptions options) => new()
    {
        BufferBytes = options.Limits.BufferBytes,
        SlabsPerSource = options.Limits.SlabsPerSource,
        MaxSlabBytes = (int)options.Limits.MaxSlabBytes,
        PendingBytes = options.Limits.PendingBytes,
        SlowConsumerHold = options.Limits.SlowConsumerHold,
        WriteTimeout = options.Limits.WriteTimeout,
        BufferWait = options.Limits.BufferWait,
        Linger = options.Timeouts.Linger,
        ConnectTimeout = options.Timeouts.Connect,
        ShortageMin = options.AcceptShortage.Min,
        ShortageMax = options.AcceptShortage.Max,
        ClosedHistory = options.Limits.ClosedHistory,
        TlsHandshake = options.Security.Tls.Handshake,
        TlsHandshakes = options.Security.Tls.Handshakes,
        TlsRefusedPause = options.Dial.PermanentBackoff,
        SessionsPerSocket = options.Limits.SessionsPerSocket,
        Driver = options.Sockets.Driver,
        Loops = options.Sockets.Loops,
        Spin = TimeSpan.FromMicroseconds(options.Sockets.SpinMicroseconds),
    };

    public static RelayCore CoreOf(NodeOptions options)
    {
        var limits = options.Limits;
        var messages = new MessageLimits
        {
            PayloadBytes = (int)limits.PayloadBytes,
            FrameBytes = (int)limits.FrameBytes,
            NestingDepth = limits.NestingDepth,
            LineBytes = (int)limits.LineBytes,
            SubscriptionsPerConnection = limits.SubscriptionsPerConnection,
            Connections = limits.Connections,
            ReceiptWindow = limits.ReceiptWindow,
            Producers = limits.Producers,
            HelloTimeout = options.Timeouts.Hello,
            Heartbeat = options.Timeouts.Heartbeat,
            HeartbeatMisses = options.Timeouts.HeartbeatMisses,
        };
        var users = options.Security.Users.Select(user => (user.User, user.Password)).ToArray();
        var mesh = options.HasLinks ? new MeshCore(options.Name, MeshSettingsOf(options)) : null;
        return new RelayCore(options.Name, messages, new AccessPolicy([.. options.Security.Tokens], users), mesh)
        {
            Ledger = options.Ledger.Enabled ? new LedgerBook() : null,
        };
    }

    private static MeshSettings MeshSettingsOf(NodeOptions options) => new()
    {
        ProbeInterval = options.Links.ProbeInterval,
        ProbeMisses = options.Links.ProbeMisses,
        Handshake = options.Links.Handshake,
        Cluster = options.Cluster.Address is null ? "" : options.Cluster.Name,
        Cost = options.Links.Cost,
        HopLimit = options.Links.HopLimit,
        CreditBytes = options.Links.CreditBytes,
        PieceBytes = (int)options.Links.PieceBytes,
        Digest = options.Links.DigestInterval,
        Forget = options.Links.ForgetAfter,
        Receipt = options.Links.ReceiptTimeout,
        PendingReceipts = options.Links.PendingReceipts,
        Token = options.Links.Token,
        CertificateNamesNode = options.Links.CertificateNamesNode,
        PermanentBackoff = options.Dial.PermanentBackoff,
    };

    /// <param name="options">Of this node.</param>
    /// <param name="core">What all protocols share.</param>
    /// <param name="endpoints">Whose NATS doors clients are told of.</param>
    /// <param name="cluster">Whose members' doors they are told of as well; null: none.</param>
    public static NatsServer NatsOf(NodeOptions options, RelayCore core, EndpointDirectory endpoints, Func<ClusterNode?> cluster) => new(
        options.Name,
        typeof(EndpointSpecs).Assembly.GetName().Version!.ToString(3),
        !core.Access.IsOpen,
        (int)options.Limits.PayloadBytes,
        options.Timeouts.LameDuck,
        () => [.. ClusterParts.DoorsOf(endpoints).Concat(ClusterParts.DoorsOfOthers(cluster()))
            .Where(door => door.Protocol == NatsProtocol)
            .Select(door => door.Address)
            .Distinct()]);

    public static EndpointGuard.GuardOptions GuardOptionsOf(NodeOptions options) => new(
        new Sockets.RestartOptions(
            options.Restart.Budget, options.Restart.Window, options.Restart.MinBackoff, options.Restart.MaxBackoff, options.Restart.FailedRetry),
        new Sockets.DialOptions(options.Dial.MinBackoff, options.Dial.MaxBackoff, options.Dial.HealthyAfter, options.Dial.PermanentBackoff));

    public IReadOnlyList<EndpointSpec> Of(NodeOptions options) =>
        [
            .. options.Listeners.Select(listener => Of(listener, options.Security.Tls)),
            .. MembersDoor(options),
            .. DoorForBeacons(),
            .. options.Dialers.Select(dialer => Of(dialer, options.Security.Tls)),
            .. options.Peers.Select(peer => Of(peer, options.Security.Tls)),
        ];

    /// <summary>For links to members, whose addresses nobody wrote down: as this node dials anybody.</summary>
    public static TlsKeeper? DialTls(NodeOptions options, NetAddress address)
    {
        var files = options.Security.Tls.Files;
        return address.Scheme != Scheme.Tls ? null : new TlsKeeper(
            new TlsSettings { Certificate = files.Certificate, Key = files.Key, Authorities = files.Authorities, ServerName = address.Host }, listens: false);
    }

    /// <summary>A member that declares no listener for links gets one, where the others reach it, so that they link to each other by themselves.</summary>
    private IEnumerable<EndpointSpec> MembersDoor(NodeOptions options)
    {
        if (options.Cluster.Address is not { } cluster || options.Listeners.Any(listener => listener.Protocol == EndpointProtocol.Link))
            yield break;
        yield return new EndpointSpec
        {
            Name = "members",
            Kind = EndpointKind.Listener,
            Address = NetAddress.HostPort(Scheme.Tcp, cluster.Host, 0),
            Protocol = LinkProtocol,
            Stream = () => new LinkClient(core, new LinkTerms(Dialled: false, Cost: 0, Token: "")),
            Overflow = OverflowPolicy.Drop,
        };
    }

    /// <summary>Shared by all nodes of the machine: each gets a copy of what is meant for many.</summary>
    private IEnumerable<EndpointSpec> DoorForBeacons()
    {
        if (discovery is null)
            yield break;
        var address = discovery.Settings.Address;
        yield return new EndpointSpec
        {
            Name = DiscoveryDoor,
            Kind = EndpointKind.Datagram,
            Address = NetAddress.Ip(Scheme.Udp, IPAddress.Any, address.Port),
            Protocol = DiscoveryDoor,
            Datagram = new BeaconDoor(discovery),
            Required = false,
            Options = new Sock.Options(ReusePort: true, Group: address.Host == IPAddress.Broadcast.ToString() ? null : address.Host),
        };
    }

    public static DiscoveryCore? DiscoveryOf(NodeOptions options) => !options.Discovery.Enabled || options.Cluster.Voter ? null : new DiscoveryCore(new DiscoverySettings
    {
        Node = options.Name,
        Key = options.Discovery.KeyBytes(),
        Address = options.Discovery.Address,
        Interfaces = options.Discovery.Interfaces,
        Interval = options.Discovery.Interval,
        ForgetAfter = options.Discovery.ForgetAfter,
        Window = options.Discovery.Window,
    });

    /// <summary>Keeps a link to a node that nobody has written down.</summary>
    public static EndpointSpec LinkTo(RelayCore core, string name, NetAddress link, TlsKeeper? tls) => new()
    {
        Name = name,
        Kind = EndpointKind.Dialer,
        Address = link,
        Protocol = LinkProtocol,
        Stream = () => new LinkClient(core, new LinkTerms(Dialled: true, Cost: 0, Token: "")),
        Required = false,
        Overflow = OverflowPolicy.Drop,
        Tls = tls,
    };

    private EndpointSpec Of(PeerOptions peer, TlsOptions tls) => new()
    {
        Name = peer.Name,
        Kind = EndpointKind.Dialer,
        Address = peer.Address,
        Protocol = NameOf(EndpointProtocol.Link),
        Stream = () => new LinkClient(core, new LinkTerms(Dialled: true, peer.Cost, peer.Token)),
        Required = false,
        Overflow = OverflowPolicy.Drop,
        Options = SocketOptionsOf(peer.Tuning),
        Tls = TlsOf(peer.Address, () => peer.Tls.Over(tls, peer.Address.Host), listens: false),
    };

    private EndpointSpec Of(ListenerOptions listener, TlsOptions tls) => new()
    {
        Name = listener.Name,
        Kind = listener.Address.Kind == SocketKind.Stream ? EndpointKind.Listener : EndpointKind.Datagram,
        Address = listener.Address,
        Protocol = NameOf(listener.Protocol),
        To = listener.To,
        Stream = listener.To is { } to
            ? () => new ProxyClient(to, core.Quota)
            : StreamOf(listener.Protocol, listener.Lines, listener.Address.Scheme == Scheme.Tls ? listener.Tls.Over(tls).ClientCertificates : ClientCertificates.None),
        Tls = TlsOf(listener.Address, () => listener.Tls.Over(tls), listens: true),
        Datagram = DatagramOf(listener),
        Required = listener.Required,
        Mobility = listener.Placement == PlacementKind.Cluster ? new Mobility(listener.Roles, listener.Prefer) : null,
        Backlog = listener.Backlog,
        MaxConnections = listener.MaxConnections,
        Overflow = listener.Protocol == EndpointProtocol.Link ? OverflowPolicy.Drop : OverflowOf(listener.SlowConsumer),
        PendingBytes = OwnOf(listener.PendingBytes),
        SlowConsumerHold = OwnOf(listener.SlowConsumerHold),
        Options = SocketOptionsOf(listener.Tuning) with
        {
            ReusePort = listener.ReusePort,
            DualStack = listener.DualStack,
            UnixMode = (int?)listener.UnixMode,
        },
    };

    private EndpointSpec Of(DialerOptions dialer, TlsOptions tls) => new()
    {
        Name = dialer.Name,
        Kind = EndpointKind.Dialer,
        Address = dialer.Address,
        Protocol = NameOf(dialer.Protocol),
        Stream = StreamOf(dialer.Protocol, dialer.Lines),
        Required = false,
        Overflow = OverflowOf(dialer.SlowConsumer),
        PendingBytes = OwnOf(dialer.PendingBytes),
        SlowConsumerHold = OwnOf(dialer.SlowConsumerHold),
        Options = SocketOptionsOf(dialer.Tuning),
        Tls = TlsOf(dialer.Address, () => dialer.Tls.Over(tls, dialer.Address.Host), listens: false),
    };

    private static TlsKeeper? TlsOf(NetAddress address, Func<TlsSettings> settings, bool listens) =>
        address.Scheme == Scheme.Tls ? new TlsKeeper(settings(), listens) : null;

    private ProtocolFactory StreamOf(EndpointProtocol protocol, LinesOptions lines, ClientCertificates wanted = ClientCertificates.None) => protocol switch
    {
        EndpointProtocol.Lines => () => new LinesClient(core, SettingsOf(lines)),
        EndpointProtocol.Nats => () => new NatsClient(core, nats, wanted == ClientCertificates.Required),
        EndpointProtocol.Link => () => new LinkClient(core, new LinkTerms(Dialled: false, Cost: 0, Token: "")),
        _ => () => new NativeClient(core),
    };

    private IDatagramProtocol? DatagramOf(ListenerOptions listener) => listener switch
    {
        { Address.Kind: SocketKind.Stream } => null,
        { Protocol: EndpointProtocol.Lines } => new LinesDatagrams(core, SettingsOf(listener.Lines), listener.Name, sockets.Pool),
        _ => new NativeDatagrams(core, sockets.Pool, listener.AllowAnonymousPublish),
    };

    private static LinesSettings SettingsOf(LinesOptions lines) => new(lines.Publish, lines.Subscribe, lines.Echo);

    private static string NameOf(EndpointProtocol protocol) => protocol.ToString().ToLowerInvariant();

    private static long? OwnOf(long bytes) => bytes == 0 ? null : bytes;

    private static TimeSpan? OwnOf(TimeSpan span) => span == TimeSpan.Zero ? null : span;

    private static OverflowPolicy OverflowOf(SlowConsumerPolicy policy) =>
        policy == SlowConsumerPolicy.Drop ? OverflowPolicy.Drop : OverflowPolicy.Close;

    private static Sock.Options SocketOptionsOf(SocketTuning tuning) => new(
        tuning.NoDelay,
        tuning.KeepAlive is { } keepAlive ? new Sock.KeepAlive(keepAlive.Idle, keepAlive.Interval, keepAlive.Probes) : null,
        tuning.ReceiveBufferBytes > 0 ? (int)tuning.ReceiveBufferBytes : null,
        tuning.SendBufferBytes > 0 ? (int)tuning.SendBufferBytes : null);
}
