using Anode.Faults;

namespace Anode.Hosting.Configuration;

/// <summary>Breaking things on purpose. Units and reasons: <c>hocon.conf</c>.</summary>
internal sealed record FaultOptions
{
    public required bool Enabled { get; init; }

    /// <summary>Longest lease of one fault.</summary>
    public required TimeSpan Longest { get; init; }

    /// <summary>Begun with the node: <c>KIND TARGET key=value …</c>.</summary>
    public required ValueList<string> Inject { get; init; }

    public required ToxiproxyOptions Toxiproxy { get; init; }

    public static FaultOptions Map(Fields<FaultOptions> fields)
    {
        var faults = new FaultOptions
        {
            Enabled = fields.Switch("enabled", o => o.Enabled),
            Longest = fields.Duration("longest", o => o.Longest, Bounds.Millisecond, Bounds.Day),
            Inject = fields.List("inject", o => o.Inject, ValueKinds.Text),
            Toxiproxy = fields.Block("toxiproxy", o => o.Toxiproxy, ToxiproxyOptions.Map),
        };
        fields.Require(faults.Enabled || faults.Inject.Count == 0, "inject", "node.faults.inject is for a node with node.faults.enabled = on");
        fields.Require(faults.Enabled || !faults.Toxiproxy.Enabled, "toxiproxy", "node.faults.toxiproxy.enabled = on is for a node with node.faults.enabled = on");
        foreach (var text in faults.Inject)
        {
            if (WhyNot(text, faults.Longest) is { } why)
                fields.Require(false, "inject", $"node.faults.inject: '{text}': {why}");
        }

        return faults;
    }

    public IReadOnlyList<FaultSpec> Specs => [.. Inject.Select(text => FaultSpec.Read(FaultFields.Of(text), Longest))];

    private static string? WhyNot(string text, TimeSpan longest)
    {
        try
        {
            FaultSpec.Read(FaultFields.Of(text), longest);
            return null;
        }
        catch (FaultException e)
        {
            return e.Message;
        }
    }
}
