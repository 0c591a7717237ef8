using System.Diagnostics;
using HdrHistogram;

namespace Anode.Cli.Bench.Measuring;

/// <summary>Times of one thread, in nanoseconds with three significant digits.</summary>
internal sealed class Latencies
{
    private const long Longest = 120_000_000_000;
    private const int Digits = 3;

    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private readonly LongHistogram _histogram = new(Longest, Digits);

    /// <param name="from">A timestamp of the stopwatch.</param>
    /// <param name="to">Another; one before it counts as equal.</param>
    public void Record(long from, long to) => _histogram.RecordValue(Math.Clamp((long)((to - from) * NanosecondsPerTick), 1, Longest));

    /// <summary>Null when nothing was recorded.</summary>
    public static LatencySummary? Summarize(IEnumerable<Latencies> parts)
    {
        var all = new LongHistogram(Longest, Digits);
        foreach (var part in parts)
            all.Add(part._histogram);
        double Microseconds(double percentile) => all.GetValueAtPercentile(percentile) / 1e3;
        return all.TotalCount == 0
            ? null
            : new LatencySummary(all.TotalCount, Microseconds(50), Microseconds(99), Microseconds(99.9), Microseconds(100));
    }
}

/// <summary>In microseconds.</summary>
internal sealed record LatencySummary(long Count, double P50, double P99, double P999, double Max)
{
    public string ToText() =>
        $"p50 {Figures.Plain(P50, 1)} µs, p99 {Figures.Plain(P99, 1)} µs, p99.9 {Figures.Plain(P999, 1)} µs, longest {Figures.Plain(Max, 1)} µs";
}
