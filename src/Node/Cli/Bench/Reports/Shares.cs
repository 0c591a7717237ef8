using System.Diagnostics;
using Anode.Cli.Bench.Measuring;

namespace Anode.Cli.Bench.Reports;

/// <summary>The server's part in a measurement.</summary>
/// <param name="Cores">Its processor time by the clock.</param>
/// <param name="CpuSecondsPerMillion">Processor time per million delivered messages or answers.</param>
/// <param name="PeakBytes">The most memory it ever had, since its start.</param>
/// <param name="ResidentBytes">Memory at the end of the measurement.</param>
/// <param name="AllocatedBytesPerMessage">From the collector, by the node's own metrics.</param>
internal sealed record ServerShare(double? Cores, double? CpuSecondsPerMillion, long? PeakBytes, long? ResidentBytes, double? AllocatedBytesPerMessage)
{
    public static ServerShare? Between(Snapshot before, Snapshot after)
    {
        if (after.Server is null && after.AllocatedBytes is null)
            return null;
        double messages = after.Delivered - before.Delivered;
        var cpu = (after.Server?.Cpu - before.Server?.Cpu)?.TotalSeconds;
        return new ServerShare(
            cpu / Stopwatch.GetElapsedTime(before.At, after.At).TotalSeconds,
            messages > 0 ? cpu / messages * 1e6 : null,
            after.Server?.PeakBytes,
            after.Server?.ResidentBytes,
            messages > 0 ? (after.AllocatedBytes - before.AllocatedBytes) / messages : null);
    }

    public string ToText(string unit)
    {
        var parts = new List<string>();
        if (Cores is { } cores)
            parts.Add($"{Figures.Plain(cores, 2)} cores");
        if (CpuSecondsPerMillion is { } cpu)
            parts.Add($"{Figures.Plain(cpu, 3)} CPU s per million {unit}");
        if (PeakBytes is { } peak)
            parts.Add($"peak {Operator.Json.Bytes(peak)}");
        if (AllocatedBytesPerMessage is { } allocated)
            parts.Add($"{Figures.Plain(allocated, 2)} B allocated each");
        return string.Join(", ", parts);
    }
}

/// <summary>This program's own part.</summary>
/// <param name="Cores">Processor time by the clock: on few cores this is what the server could not have.</param>
internal sealed record GeneratorShare(double Cores)
{
    public static GeneratorShare Between(Snapshot before, Snapshot after) =>
        new((after.OwnCpu - before.OwnCpu) / Stopwatch.GetElapsedTime(before.At, after.At));
}

/// <summary>What the check of every delivery found.</summary>
internal sealed record CheckReport(bool Ok, long Lost, long Duplicated, long Reordered, long Foreign, IReadOnlyList<string> Offences)
{
    public static CheckReport Of(Checks.Verdict verdict) =>
        new(verdict.IsGood, verdict.Lost, verdict.Duplicated, verdict.Reordered, verdict.Foreign, verdict.Sentences);
}
