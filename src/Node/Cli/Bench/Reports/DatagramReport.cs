using System.Diagnostics;
using Anode.Cli.Bench.Datagrams;

namespace Anode.Cli.Bench.Reports;

/// <summary>What <c>anode bench udp</c> prints; its properties are the fields of <c>--json</c>.</summary>
internal sealed record DatagramReport(
    string Server, string Protocol, int DatagramBytes, int Window, double Seconds, double DeliveredPerSecond, double SentPerSecond,
    long Sent, long Delivered, long Lost, long Duplicated, long Reordered, ServerShare? ServerUsage, GeneratorShare Generator)
{
    public static DatagramReport Of(string server, string protocol, DatagramPlan plan, DatagramResult result)
    {
        var (before, after, verdict) = (result.Before, result.After, result.Verdict);
        var seconds = Stopwatch.GetElapsedTime(before.At, after.At).TotalSeconds;
        return new DatagramReport(
            server, protocol, plan.DatagramBytes, plan.Window, seconds, (after.Delivered - before.Delivered) / seconds, (after.Sent - before.Sent) / seconds,
            result.Sent, result.Delivered, verdict.Lost, verdict.Duplicated, verdict.Reordered,
            ServerShare.Between(before, after), GeneratorShare.Between(before, after));
    }

    public IEnumerable<(string Name, string Text)> Lines()
    {
        yield return ("server", $"{Server} ({Protocol})");
        yield return ("load", $"{DatagramBytes} B datagrams, {Window} under way, {Figures.Plain(Seconds, 1)} s");
        yield return ("delivered", $"{Figures.Count(DeliveredPerSecond)} datagrams/s of {Figures.Count(SentPerSecond)} sent");
        if (ServerUsage is not null)
            yield return ("server used", ServerUsage.ToText("delivered"));
        yield return ("generator", $"{Figures.Plain(Generator.Cores, 2)} cores");
        yield return ("in all", $"{Figures.Count(Sent)} sent, {Figures.Count(Delivered)} delivered, {Lost} lost, {Duplicated} duplicated, {Reordered} out of order");
    }
}
