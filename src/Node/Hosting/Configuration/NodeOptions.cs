using System.Text.RegularExpressions;

namespace Anode.Hosting.Configuration;

/// <summary>All that <c>node { … }</c> says, checked and with every default filled in. The defaults stand in <c>hocon.conf</c> and nowhere else.</summary>
internal sealed partial record NodeOptions
{
    public required string Name { get; init; }
    public required string RuntimeDir { get; init; }
    public required TimeSpan DrainTimeout { get; init; }
    public required ValueList<ListenerOptions> Listeners { get; init; }
    public required ValueList<DialerOptions> Dialers { get; init; }
    public required ValueList<PeerOptions> Peers { get; init; }
    public required LinkOptions Links { get; init; }
    public required DiscoveryOptions Discovery { get; init; }
    public required LimitOptions Limits { get; init; }
    public required TimeoutOptions Timeouts { get; init; }
    public required SocketsOptions Sockets { get; init; }
    public required RestartOptions Restart { get; init; }
    public required AcceptShortageOptions AcceptShortage { get; init; }
    public required DialOptions Dial { get; init; }
    public required HttpOptions Http { get; init; }
    public required ClusterOptions Cluster { get; init; }
    public required LedgerOptions Ledger { get; init; }
    public required FaultOptions Faults { get; init; }
    public required SecurityOptions Security { get; init; }
    public required LogOptions Log { get; init; }

    public static NodeOptions Map(Fields<NodeOptions> fields, Surroundings here)
    {
        var name = fields.Value("name", o => o.Name, NodeName(here.HostName));
        var runtimeDir = fields.Value("runtime-dir", o => o.RuntimeDir, Folder(here.RuntimeDir));
        var listened = EndpointKinds.Address(runtimeDir, name, anyPort: true);
        var dialled = EndpointKinds.Address(runtimeDir, name, anyPort: false);
        var options = new NodeOptions
        {
            Name = name,
            RuntimeDir = runtimeDir,
            DrainTimeout = fields.Duration("drain-timeout", o => o.DrainTimeout, Bounds.Zero, Bounds.Day),
            Listeners = fields.Items("listeners", o => o.Listeners, item => ListenerOptions.Map(item, listened, dialled)),
            Dialers = fields.Items("dialers", o => o.Dialers, item => DialerOptions.Map(item, dialled)),
            Peers = fields.Items("peers", o => o.Peers, item => PeerOptions.Map(item, dialled)),
            Links = fields.Block("links", o => o.Links, LinkOptions.Map),
            Discovery = fields.Block("discovery", o => o.Discovery, DiscoveryOptions.Map),
            Limits = fields.Block("limits", o => o.Limits, LimitOptions.Map),
            Timeouts = fields.Block("timeouts", o => o.Timeouts, TimeoutOptions.Map),
            Sockets = fields.Block("sockets", o => o.Sockets, SocketsOptions.Map),
            Restart = fields.Block("restart", o => o.Restart, RestartOptions.Map),
            AcceptShortage = fields.Block("accept-shortage", o => o.AcceptShortage, AcceptShortageOptions.Map),
            Dial = fields.Block("dial", o => o.Dial, DialOptions.Map),
            Http = fields.Block("http", o => o.Http, HttpOptions.Map),
            Cluster = fields.Block("cluster", o => o.Cluster, ClusterOptions.Map),
            Ledger = fields.Block("ledger", o => o.Ledger, LedgerOptions.Map),
            Faults = fields.Block("faults", o => o.Faults, FaultOptions.Map),
            Security = fields.Block("security", o => o.Security, SecurityOptions.Map),
            Log = fields.Block("log", o => o.Log, LogOptions.Map),
        };
        EndpointConflicts.Refuse(options, fields);
        TlsChecks.Refuse(options, fields);
        return EndpointNames.Complete(options);
    }

    /// <summary>The node has part in a mesh: it listens for links, dials some, looks for some, or is a member of a cluster, which link to each other.</summary>
    public bool HasLinks => Peers.Count > 0 || Discovery.Enabled || Cluster is { Address: not null, Voter: false } || Listeners.Any(listener => listener.Protocol == EndpointProtocol.Link);

    /// <summary>One word of a subject (<c>_inbox.NODE.CONNECTION</c>), so without dots; the host's name is made to fit.</summary>
    private static ValueKind<string> NodeName(string hostName) => ValueKinds.Text with
    {
        Parse = text => text.Length == 0 ? Unfit().Replace(hostName, "-") is { Length: > 0 } name ? name[..Math.Min(name.Length, 64)] : "anode"
            : text.Length <= 64 && !Unfit().IsMatch(text) ? text
            : ValueKinds.Wrong<string>("is not a node's name: write 1 to 64 letters, digits, '-' or '_'"),
    };

    private static ValueKind<string> Folder(string @default) => ValueKinds.Text with
    {
        Parse = text => text.Length == 0 ? @default
            : Path.IsPathFullyQualified(text) ? text
            : ValueKinds.Wrong<string>("is not an absolute path"),
    };

    [GeneratedRegex("[^A-Za-z0-9_-]")]
    private static partial Regex Unfit();
}
