using Anode.Messages;

namespace Anode.Hosting.Configuration;

/// <summary>The HTTP side: health, metrics, dashboard, commands.</summary>
internal sealed record HttpOptions
{
    /// <summary>Null: off.</summary>
    public required NetAddress? Address { get; init; }

    /// <summary>Asked for by everything that changes state; empty: such requests are taken from loopback only.</summary>
    public required string Token { get; init; }

    public static HttpOptions Map(Fields<HttpOptions> fields) => new()
    {
        Address = fields.Value("address", o => o.Address, HostPortOrOff),
        Token = fields.Value("token", o => o.Token, ValueKinds.Secret),
    };

    /// <summary>The compiler's own would put the token into every log line that shows options.</summary>
    public override string ToString() => $"{nameof(HttpOptions)} {{ {nameof(Address)} = {Address} }}";

    internal static readonly ValueKind<NetAddress?> HostPortOrOff = new(
        text => text == "off" ? new Read<NetAddress?>(null, null)
            : !text.Contains('/') && NetAddress.TryParse($"tcp://{text}", out var address, out _) && IsOfThisMachine(address) ? address
            : ValueKinds.Wrong<NetAddress?>("is not ADDRESS:PORT or off: write 127.0.0.1:7480, [::1]:7480, 0.0.0.0:7480 or localhost:7480"),
        address => address?.ToString()["tcp://".Length..] ?? "off",
        null);

    /// <summary>A name other than localhost could resolve to anything, also to nothing here.</summary>
    private static bool IsOfThisMachine(NetAddress address) => address.Family is not null || address.Host == "localhost";
}
