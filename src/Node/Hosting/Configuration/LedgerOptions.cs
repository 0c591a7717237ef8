namespace Anode.Hosting.Configuration;

/// <summary>The account of messages under test. Reasons: <c>hocon.conf</c>.</summary>
internal sealed record LedgerOptions
{
    public required bool Enabled { get; init; }

    public static LedgerOptions Map(Fields<LedgerOptions> fields) => new() { Enabled = fields.Switch("enabled", o => o.Enabled) };
}
