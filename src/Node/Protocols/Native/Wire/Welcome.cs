namespace Anode.Protocols.Native.Wire;

/// <summary>2 WELCOME: the node's answer to HELLO.</summary>
internal sealed record Welcome
{
    public long Version { get; init; } = Hello.CurrentVersion;

    public required string Node { get; init; }

    /// <summary>The connection's name on that node, as it stands in its inbox.</summary>
    public required string Connection { get; init; }

    /// <summary>Prefix of the subjects that reach this connection without a subscription.</summary>
    public required string Inbox { get; init; }

    /// <summary>The node's host name.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>The peer's address as accepted.</summary>
    public string Address { get; init; } = "";

    public long MaxPayload { get; init; }

    public long HeartbeatMs { get; init; }

    /// <summary>Other nodes to try when this one is gone; empty if unsaid.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Of an endpoint that moves between nodes: <c>term.number</c> of the grant by which this one has it; null: it does not move.</summary>
    public string? Epoch { get; init; }
}
