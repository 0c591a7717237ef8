using System.Diagnostics;
using Anode.Cli.Bench.Checks;
using Anode.Cli.Bench.Loads;
using Anode.Cli.Bench.Measuring;

namespace Anode.Cli.Bench.Reports;

/// <summary>What <c>anode bench pub-sub</c> prints; its properties are the fields of <c>--json</c>.</summary>
internal sealed record PubSubReport
{
    public required string Server { get; init; }

    public required string Protocol { get; init; }

    public required int Publishers { get; init; }

    public required int Subscribers { get; init; }

    public required bool Pairs { get; init; }

    public required string? Queue { get; init; }

    public required int PayloadBytes { get; init; }

    public required double? Rate { get; init; }

    /// <summary>SUBs and UNSUBs per second beside the load; null without them.</summary>
    public required double? ChangesPerSecond { get; init; }

    /// <summary>Of the measurement itself.</summary>
    public required double Seconds { get; init; }

    public required double DeliveredPerSecond { get; init; }

    public required double PublishedPerSecond { get; init; }

    /// <summary>Delivered payload, in millions of bytes.</summary>
    public required double MegabytesPerSecond { get; init; }

    /// <summary>Microseconds from the intended send time; only with a rate.</summary>
    public required LatencySummary? Latency { get; init; }

    /// <summary>From the first message to the last, warm-up and drain included.</summary>
    public required long Sent { get; init; }

    public required long Delivered { get; init; }

    public required CheckReport Check { get; init; }

    public required ServerShare? ServerUsage { get; init; }

    public required GeneratorShare Generator { get; init; }

    public static PubSubReport Of(Target target, PubSubPlan plan, PubSubResult result)
    {
        var (before, after) = (result.Before, result.After);
        var seconds = Stopwatch.GetElapsedTime(before.At, after.At).TotalSeconds;
        var delivered = (after.Delivered - before.Delivered) / seconds;
        return new PubSubReport
        {
            Server = target.Address.ToString(),
            Protocol = target.Format.Name,
            Publishers = plan.Publishers,
            Subscribers = plan.Subscribers,
            Pairs = plan.Pairs,
            Queue = plan.Queue,
            PayloadBytes = plan.PayloadBytes,
            Rate = plan.Rate,
            ChangesPerSecond = result.Changes / seconds,
            Seconds = seconds,
            DeliveredPerSecond = delivered,
            PublishedPerSecond = (after.Sent - before.Sent) / seconds,
            MegabytesPerSecond = delivered * plan.PayloadBytes / 1e6,
            Latency = result.Latency,
            Sent = result.Sent,
            Delivered = result.Delivered,
            Check = CheckReport.Of(result.Verdict),
            ServerUsage = ServerShare.Between(before, after),
            Generator = GeneratorShare.Between(before, after),
        };
    }

    public IEnumerable<(string Name, string Text)> Lines(Verdict verdict)
    {
        var shape = Pairs ? $"{Publishers} pairs" : $"{Publishers} → {Subscribers}{(Queue is null ? "" : $" in queue group {Queue}")}";
        yield return ("server", $"{Server} ({Protocol})");
        yield return ("load", $"{shape}, {PayloadBytes} B, {(Rate is { } rate ? $"{Figures.Plain(rate, 0)}/s" : "as fast as it goes")}, {Figures.Plain(Seconds, 1)} s");
        yield return ("delivered", $"{Figures.Count(DeliveredPerSecond)} msg/s, {Figures.Plain(MegabytesPerSecond, 1)} MB/s");
        yield return ("published", $"{Figures.Count(PublishedPerSecond)} msg/s");
        if (ChangesPerSecond is { } changes)
            yield return ("beside it", $"{Figures.Count(changes)} SUBs and UNSUBs per second");
        if (Latency is not null)
            yield return ("latency", Latency.ToText());
        if (ServerUsage is not null)
            yield return ("server used", ServerUsage.ToText("delivered"));
        yield return ("generator", $"{Figures.Plain(Generator.Cores, 2)} cores");
        yield return ("check", $"{(Check.Ok ? "ok" : "FAILED")}: {Figures.Count(Sent)} sent, {Figures.Count(Delivered)} delivered, {verdict}");
    }
}
