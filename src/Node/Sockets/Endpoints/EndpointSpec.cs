using Anode.Messages;

namespace Anode.Sockets;

/// <summary>A declared endpoint: what to bind or dial, what speaks there, and its own bounds.</summary>
internal sealed record EndpointSpec
{
    public required string Name { get; init; }

    public required EndpointKind Kind { get; init; }

    public required NetAddress Address { get; init; }

    /// <summary>Name of the protocol, as operators know it.</summary>
    public required string Protocol { get; init; }

    /// <summary>Of a proxy: where its connections are passed on to.</summary>
    public NetAddress? To { get; init; }

    /// <summary>For stream endpoints: one protocol object for each connection.</summary>
    public ProtocolFactory? Stream { get; init; }

    /// <summary>For datagram endpoints.</summary>
    public IDatagramProtocol? Datagram { get; init; }

    public bool Required { get; init; } = true;

    public int Backlog { get; init; } = Sock.Listen.DefaultBacklog;

    /// <summary>0: no limit. Reaching it pauses accepting.</summary>
    public int MaxConnections { get; init; }

    public OverflowPolicy Overflow { get; init; } = OverflowPolicy.Close;

    /// <summary>Bound of what may be pending for one of its connections; null: the node's own.</summary>
    public long? PendingBytes { get; init; }

    /// <summary>How long one of its connections may hold its sources; null: the node's own.</summary>
    public TimeSpan? SlowConsumerHold { get; init; }

    public Sock.Options Options { get; init; } = Sock.Options.Default;

    /// <summary>Null: in clear.</summary>
    public TlsKeeper? Tls { get; init; }

    /// <summary>Null: it runs here, always. Otherwise it begins only when somebody says so, and may have to end at once.</summary>
    public Mobility? Mobility { get; init; }

    /// <summary>Name of the guard's actor; also what stands in actor paths.</summary>
    public string ActorName => "ep-" + Uri.EscapeDataString(Name);
}

/// <summary>What kind of socket an endpoint keeps alive.</summary>
internal enum EndpointKind
{
    Listener,
    Datagram,
    Dialer,
}
