using Anode.Experiments.Scenarios;

namespace Anode.Experiments.Plans;

/// <summary>One fault, at one node, at its time in the run.</summary>
/// <param name="At">From the beginning of the run.</param>
/// <param name="Node">A name, or <c>director</c> or <c>owner-of:X</c>, which only the run can tell.</param>
/// <param name="Seed">For what the fault itself leaves to chance.</param>
internal sealed record PlannedFault(
    string Id, TimeSpan At, TimeSpan? For, string Kind, string Node, string Target, TimeSpan? RestartAfter, IReadOnlyDictionary<string, string> Parameters, ulong Seed)
{
    /// <summary>The fault as the scenario calls it; several nodes may share it.</summary>
    public string Spec { get; init; } = Id;

    public const string ClockStep = "process.clock-step";

    /// <summary>Of a step of a clock: forward, or back with a minus.</summary>
    public static bool TryStep(string text, out TimeSpan by)
    {
        var back = text.StartsWith('-');
        var valid = Hosting.Configuration.Units.TryParseDuration(back ? text[1..] : text, out by);
        by = back ? -by : by;
        return valid && by != TimeSpan.Zero;
    }

    /// <summary>When it is over by plan.</summary>
    public TimeSpan Until => At + (For ?? RestartAfter ?? TimeSpan.Zero);
}

/// <summary>A scenario and a seed → every fault with its time and node, before anything runs. The same seed makes the same plan. Pure.</summary>
internal static class Planner
{
    /// <summary>The process of ours in front of all nodes.</summary>
    public const string ProxyNode = "proxies";

    /// <summary>Its endpoint in front of this one.</summary>
    public static string FrontOf(string node) => $"client-{node}";

    public static PlannedFault[] Faults(Scenario scenario, ulong seed)
    {
        var starts = Starts(scenario);
        var specs = scenario.Faults.Concat(Expand(scenario, seed));
        return [.. specs.SelectMany(spec => Plan(spec, starts[spec.Phase], scenario.Topology, seed)).OrderBy(fault => fault.At).ThenBy(fault => fault.Id, StringComparer.Ordinal)];
    }

    public static Dictionary<string, TimeSpan> Starts(Scenario scenario)
    {
        var (starts, at) = (new Dictionary<string, TimeSpan>(StringComparer.Ordinal), TimeSpan.Zero);
        foreach (var phase in scenario.Phases)
        {
            starts[phase.Name] = at;
            at += phase.For;
        }

        return starts;
    }

    /// <summary>Faults of chance as explicit ones: one in each interval, anywhere within it.</summary>
    private static IEnumerable<FaultSpec> Expand(Scenario scenario, ulong seed)
    {
        if (scenario.Random is not { } random)
            yield break;
        var draw = Draw.For(seed, "random-faults");
        var length = scenario.Phases.First(phase => phase.Name == random.Phase).For;
        for (var (at, number) = (TimeSpan.Zero, 1); at + random.Interval <= length; at += random.Interval, number++)
        {
            var pick = random.Pick[draw.Below(random.Pick.Count)];
            // In whole milliseconds, as a file would have it.
            var offset = TimeSpan.FromMilliseconds(Math.Floor(draw.Share() * random.Interval.TotalMilliseconds / 2));
            yield return pick with { Id = $"{pick.Id}-{number}", Phase = random.Phase, At = at + offset };
        }
    }

    private static IEnumerable<PlannedFault> Plan(FaultSpec spec, TimeSpan start, Topology topology, ulong seed)
    {
        var draw = Draw.For(seed, $"fault {spec.Id}");
        (string Node, string Target)[] places = spec.Links.Count > 0
            ? [.. spec.Links.Select(link => (link.From, $"{(spec.Kind == FaultKinds.ClusterPartition ? "member" : "link")}:{link.To}"))]
            : [.. spec.On.SelectMany(on => NodesOf(on, topology.Nodes, ref draw)).Distinct().Select(node => spec.AtClients ? (ProxyNode, $"endpoint:{FrontOf(node)}") : (node, spec.Target))];
        for (var i = 0; i < places.Length; i++)
        {
            yield return new PlannedFault(
                places.Length == 1 ? spec.Id : $"{spec.Id}.{i + 1}", start + spec.At + i * spec.Spacing, spec.For, spec.Kind, places[i].Node, places[i].Target,
                spec.RestartAfter, spec.Parameters, Draw.For(seed, $"fault {spec.Id}", (ulong)i).Next())
            { Spec = spec.Id };
        }
    }

    private static string[] NodesOf(string on, IReadOnlyList<string> nodes, ref Draw draw) => on switch
    {
        "one" => draw.Choose(nodes, 1),
        "minority" => draw.Choose(nodes, (nodes.Count - 1) / 2),
        "minority-third" => draw.Choose(nodes, (nodes.Count - 1) / 3),
        "majority" => draw.Choose(nodes, nodes.Count / 2 + 1),
        "all" => [.. nodes],
        _ => [on],
    };
}
