using System.Globalization;

namespace Anode.Experiments.Scenarios;

/// <summary>The block <c>expect</c>. Pure.</summary>
internal static class ExpectationReader
{
    private static readonly (string Key, double Percentile)[] Percentiles = [("p50-max", .5), ("p90-max", .9), ("p99-max", .99), ("p999-max", .999), ("p100-max", 1)];

    public static Expectations Read(ScenarioBlock block, Phase[] phases)
    {
        var expect = new Expectations
        {
            LostAcked = Max(block, "lost-acked"),
            Lost = Max(block, "lost"),
            Unheard = Max(block, "unheard"),
            Unexplained = Max(block, "unexplained"),
            Duplicates = Max(block, "duplicates-delivered"),
            OutOfOrder = Max(block, "out-of-order"),
            Unexpected = Max(block, "unexpected"),
            Restarts = Max(block, "restarts"),
            Availability = Availability(block),
            TimeToRecover = Time(block, "time-to-recover"),
            TimeToDetect = Time(block, "time-to-detect"),
            Latencies = [.. Latency(block, "ack", phases), .. Latency(block, "delivery", phases)],
            Leaks = Leaks(block),
            Serving = block.Switch("serving", false),
            OneOwner = block.Switch("one-owner", false),
        };
        block.Require(
            expect is not { LostAcked: null, Lost: null, Unheard: null, Unexplained: null, Duplicates: null, OutOfOrder: null, Unexpected: null, Restarts: null, Availability: null, TimeToRecover: null, TimeToDetect: null, Latencies.Count: 0, Leaks: null, Serving: false, OneOwner: false },
            "lost-acked", "and everything else is missing: an experiment that expects nothing cannot fail");
        block.Done();
        return expect;
    }

    private static long? Max(ScenarioBlock parent, string key)
    {
        if (!parent.Has(key))
            return null;
        var block = parent.Block(key);
        var max = block.Value("max", 0L, (string text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value), "a whole number");
        block.Done();
        return max;
    }

    private static TimeSpan? Time(ScenarioBlock parent, string key)
    {
        if (!parent.Has(key))
            return null;
        var block = parent.Block(key);
        var max = block.Duration("max", TimeSpan.FromSeconds(10));
        block.Done();
        return max;
    }

    private static double? Availability(ScenarioBlock parent)
    {
        if (!parent.Has("availability"))
            return null;
        var block = parent.Block("availability");
        var min = block.Share("min", 1);
        block.Done();
        return min;
    }

    private static IEnumerable<LatencyBound> Latency(ScenarioBlock parent, string of, Phase[] phases)
    {
        foreach (var block in parent.Blocks($"{of}-latency"))
        {
            var phase = block.Text("phase", phases[0].Name);
            block.Require(phases.Any(p => p.Name == phase), "phase", $"= '{phase}' is none of {string.Join(", ", phases.Select(p => p.Name))}");
            foreach (var (key, percentile) in Percentiles)
            {
                if (block.Has(key))
                    yield return new LatencyBound(of, phase, percentile, block.Duration(key, TimeSpan.FromSeconds(1)));
            }

            block.Done();
        }
    }

    private static LeakBounds? Leaks(ScenarioBlock parent)
    {
        if (!parent.Has("leaks"))
            return null;
        var block = parent.Block("leaks");
        var leaks = new LeakBounds(block.Count("connections", 0), block.Count("slab-bytes", 0), block.Count("descriptors", 8), block.Count("actors", 0));
        block.Done();
        return leaks;
    }
}
