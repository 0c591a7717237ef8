using Anode.Messages;

namespace Anode.Hosting.Configuration;

/// <summary>One connection the node opens by itself and keeps open.</summary>
internal sealed record DialerOptions
{
    /// <summary>Unique among listeners and dialers.</summary>
    public required string Name { get; init; }

    public required NetAddress Address { get; init; }

    public required EndpointProtocol Protocol { get; init; }

    public required SocketTuning Tuning { get; init; }

    public required LinesOptions Lines { get; init; }

    public required SlowConsumerPolicy SlowConsumer { get; init; }

    /// <summary>Bytes that may be pending for one of its connections; 0: <see cref="LimitOptions.PendingBytes"/>.</summary>
    public required long PendingBytes { get; init; }

    /// <summary>How long one of its connections may hold its sources; 0: <see cref="LimitOptions.SlowConsumerHold"/>.</summary>
    public required TimeSpan SlowConsumerHold { get; init; }

    public required DialTlsOptions Tls { get; init; }

    public static DialerOptions Map(Fields<DialerOptions> fields, ValueKind<NetAddress> addressKind)
    {
        var name = fields.Value("name", o => o.Name, EndpointKinds.Name);
        var address = fields.Value("address", o => o.Address, addressKind);
        var protocol = fields.Value("protocol", o => o.Protocol, EndpointKinds.Protocol);
        fields.Require(protocol != EndpointProtocol.Nats, "protocol", "protocol = nats is for listeners only: in NATS the one who is dialled speaks first");
        fields.Require(protocol != EndpointProtocol.Link, "protocol", "a link is dialled from node.peers, not from node.dialers");
        fields.Require(protocol != EndpointProtocol.Proxy, "protocol", "protocol = proxy is for listeners only: it dials when somebody has come");
        return new()
        {
            Name = name,
            Address = address,
            Protocol = protocol,
            Tuning = fields.Part(o => o.Tuning, part => SocketTuning.Map(part, address)),
            Lines = fields.Part(o => o.Lines, part => LinesOptions.Map(part, protocol)),
            SlowConsumer = fields.Value("slow-consumer", o => o.SlowConsumer, EndpointKinds.SlowConsumer),
            PendingBytes = fields.Bytes("pending-bytes", o => o.PendingBytes, 0, 64 * Bounds.GiB),
            SlowConsumerHold = fields.Duration("slow-consumer-hold", o => o.SlowConsumerHold, Bounds.Zero, Bounds.Day),
            Tls = fields.Only(address.Scheme == Scheme.Tls, "it is for tls:// only").Block("tls", o => o.Tls, DialTlsOptions.Map),
        };
    }
}
