using System.Diagnostics;

namespace Anode.Cli.Bench.Measuring;

/// <summary>All counters at one moment; a measurement is what lies between two.</summary>
/// <param name="At">Timestamp.</param>
/// <param name="Sent">Messages published by all.</param>
/// <param name="Delivered">Messages received by all, in request loads the answers.</param>
/// <param name="OwnCpu">Of this process.</param>
/// <param name="Server">Null without a process id.</param>
/// <param name="AllocatedBytes">By the node's own account; null without its HTTP API.</param>
internal sealed record Snapshot(long At, long Sent, long Delivered, TimeSpan OwnCpu, ProcessUsage? Server, long? AllocatedBytes)
{
    /// <param name="probe">Looks at the server.</param>
    /// <param name="count">Sent and delivered.</param>
    /// <param name="first">Whether a measurement begins: the metrics, which take their time, are read outside of it.</param>
    public static Snapshot Take(ServerProbe probe, Func<(long Sent, long Delivered)> count, bool first)
    {
        var allocated = first ? probe.AllocatedBytes() : null;
        var (sent, delivered) = count();
        var snapshot = new Snapshot(Stopwatch.GetTimestamp(), sent, delivered, Environment.CpuUsage.TotalTime, probe.Usage(), allocated);
        return first ? snapshot : snapshot with { AllocatedBytes = probe.AllocatedBytes() };
    }
}
