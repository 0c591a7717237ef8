using System.Diagnostics;
using Anode.Cli.Bench.Checks;
using Anode.Cli.Bench.Loads;
using Anode.Cli.Bench.Measuring;

namespace Anode.Cli.Bench.Reports;

/// <summary>What <c>anode bench request</c> prints; its properties are the fields of <c>--json</c>.</summary>
internal sealed record RequestReport
{
    public required string Server { get; init; }

    public required string Protocol { get; init; }

    public required int Clients { get; init; }

    public required int Responders { get; init; }

    public required int PayloadBytes { get; init; }

    public required double? Rate { get; init; }

    public required double Seconds { get; init; }

    public required double AnsweredPerSecond { get; init; }

    /// <summary>Microseconds from sending, or with a rate from when a request was to be sent.</summary>
    public required LatencySummary? Latency { get; init; }

    public required long Sent { get; init; }

    public required long Answered { get; init; }

    public required CheckReport Check { get; init; }

    public required ServerShare? ServerUsage { get; init; }

    public required GeneratorShare Generator { get; init; }

    public static RequestReport Of(Target target, RequestPlan plan, RequestResult result)
    {
        var seconds = Stopwatch.GetElapsedTime(result.Before.At, result.After.At).TotalSeconds;
        return new RequestReport
        {
            Server = target.Address.ToString(),
            Protocol = target.Format.Name,
            Clients = plan.Clients,
            Responders = target.Format.HasSessions ? plan.Responders : 0,
            PayloadBytes = plan.PayloadBytes,
            Rate = plan.Rate,
            Seconds = seconds,
            AnsweredPerSecond = (result.After.Delivered - result.Before.Delivered) / seconds,
            Latency = result.Latency,
            Sent = result.Sent,
            Answered = result.Answered,
            Check = CheckReport.Of(result.Verdict),
            ServerUsage = ServerShare.Between(result.Before, result.After),
            Generator = GeneratorShare.Between(result.Before, result.After),
        };
    }

    public IEnumerable<(string Name, string Text)> Lines(Verdict verdict)
    {
        yield return ("server", $"{Server} ({Protocol})");
        yield return ("load", $"{Clients} asking, {(Responders == 0 ? "others" : Responders)} answering, {PayloadBytes} B, "
            + $"{(Rate is { } rate ? $"{Figures.Plain(rate, 0)}/s" : "one after the other")}, {Figures.Plain(Seconds, 1)} s");
        yield return ("answered", $"{Figures.Count(AnsweredPerSecond)} requests/s");
        yield return ("round trip", Latency?.ToText() ?? "none was measured");
        if (ServerUsage is not null)
            yield return ("server used", ServerUsage.ToText("requests"));
        yield return ("generator", $"{Figures.Plain(Generator.Cores, 2)} cores");
        yield return ("check", $"{(Check.Ok ? "ok" : "FAILED")}: {Figures.Count(Sent)} sent, {Figures.Count(Answered)} answered, {verdict}");
    }
}
