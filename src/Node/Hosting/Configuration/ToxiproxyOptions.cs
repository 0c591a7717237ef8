using Anode.Messages;

namespace Anode.Hosting.Configuration;

/// <summary>Toxiproxy's HTTP API beside our own. Units and reasons: <c>hocon.conf</c>.</summary>
internal sealed record ToxiproxyOptions
{
    public required bool Enabled { get; init; }

    public required NetAddress? Address { get; init; }

    public static ToxiproxyOptions Map(Fields<ToxiproxyOptions> fields)
    {
        var toxiproxy = new ToxiproxyOptions
        {
            Enabled = fields.Switch("enabled", o => o.Enabled),
            Address = fields.Value("address", o => o.Address, HttpOptions.HostPortOrOff),
        };
        fields.Require(toxiproxy.Address is not null, "address", "node.faults.toxiproxy.address is HOST:PORT: what switches it off is node.faults.toxiproxy.enabled");
        return toxiproxy;
    }
}
