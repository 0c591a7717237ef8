using Anode.Messages;

namespace Anode.Hosting.Configuration;

/// <summary>One node this node dials and keeps a link to.</summary>
internal sealed record PeerOptions
{
    /// <summary>Unique among listeners, dialers and peers.</summary>
    public required string Name { get; init; }

    public required NetAddress Address { get; init; }

    /// <summary>Of the link; 0: <see cref="LinkOptions.Cost"/>.</summary>
    public required int Cost { get; init; }

    /// <summary>Shown to this peer and wanted of it; empty: <see cref="LinkOptions.Token"/>.</summary>
    public required string Token { get; init; }

    public required SocketTuning Tuning { get; init; }

    public required DialTlsOptions Tls { get; init; }

    public static PeerOptions Map(Fields<PeerOptions> fields, ValueKind<NetAddress> addressKind)
    {
        var address = fields.Value("address", o => o.Address, addressKind);
        fields.Require(address.Kind == SocketKind.Stream, "address", $"'{address}' has no order and no acknowledgement: links are for tcp://, tls:// and unix://");
        return new()
        {
            Name = fields.Value("name", o => o.Name, EndpointKinds.Name),
            Address = address,
            Cost = fields.Count("cost", o => o.Cost, 0, 1_000_000),
            Token = fields.Value("token", o => o.Token, ValueKinds.Secret),
            Tuning = fields.Part(o => o.Tuning, part => SocketTuning.Map(part, address)),
            Tls = fields.Only(address.Scheme == Scheme.Tls, "it is for tls:// only").Block("tls", o => o.Tls, DialTlsOptions.Map),
        };
    }

    /// <summary>The compiler's own would put the token into every log line that shows options.</summary>
    public override string ToString() => $"{nameof(PeerOptions)} {{ {nameof(Name)} = {Name}, {nameof(Address)} = {Address} }}";
}
