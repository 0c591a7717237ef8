using System.Diagnostics;
using Anode.Cli.Bench.Loads;
using Anode.Cli.Bench.Measuring;

namespace Anode.Cli.Bench.Reports;

/// <summary>What <c>anode bench connect</c> prints; its properties are the fields of <c>--json</c>.</summary>
internal sealed record ConnectReport(
    string Server, string Protocol, int Parallel, double Seconds, double ConnectionsPerSecond, LatencySummary? Latency, ServerShare? ServerUsage, GeneratorShare Generator)
{
    public static ConnectReport Of(Target target, int parallel, ConnectResult result)
    {
        var (before, after) = (result.Before, result.After);
        var seconds = Stopwatch.GetElapsedTime(before.At, after.At).TotalSeconds;
        return new ConnectReport(
            target.Address.ToString(), target.Format.Name, parallel, seconds, (after.Delivered - before.Delivered) / seconds, result.Latency,
            ServerShare.Between(before, after), GeneratorShare.Between(before, after));
    }

    public IEnumerable<(string Name, string Text)> Lines()
    {
        yield return ("server", $"{Server} ({Protocol})");
        yield return ("load", $"{Parallel} at a time, {Figures.Plain(Seconds, 1)} s");
        yield return ("connected", $"{Figures.Count(ConnectionsPerSecond)} connections/s, handshake included");
        yield return ("time", Latency?.ToText() ?? "none was measured");
        if (ServerUsage is not null)
            yield return ("server used", ServerUsage.ToText("connections"));
        yield return ("generator", $"{Figures.Plain(Generator.Cores, 2)} cores");
    }
}

/// <summary>What <c>anode bench idle</c> prints; its properties are the fields of <c>--json</c>.</summary>
internal sealed record IdleReport(
    string Server, string Protocol, int Connections, double OpeningSeconds, long ResidentBytesBefore, long ResidentBytesAfter, double ResidentBytesPerConnection)
{
    public static IdleReport Of(Target target, IdleResult result)
    {
        var (before, after) = (result.Before.ResidentBytes, result.After.ResidentBytes);
        return new IdleReport(
            target.Address.ToString(), target.Format.Name, result.Connections, result.Opening.TotalSeconds, before, after, (after - before) / (double)result.Connections);
    }

    public IEnumerable<(string Name, string Text)> Lines()
    {
        yield return ("server", $"{Server} ({Protocol})");
        yield return ("load", $"{Figures.Count(Connections)} connections, opened in {Figures.Plain(OpeningSeconds, 1)} s");
        yield return ("resident", $"{Figures.Count(ResidentBytesPerConnection)} B per connection, {Operator.Json.Bytes(ResidentBytesBefore)} before, {Operator.Json.Bytes(ResidentBytesAfter)} after");
    }
}
