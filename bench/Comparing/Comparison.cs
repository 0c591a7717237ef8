using System.Globalization;
using System.Text.Json;

namespace Anode.Bench.Comparing;

/// <summary>Runs rows: every measurement has a server process of its own, and the sides of a row alternate, so that a machine that gets busy does so for all of them.</summary>
internal sealed class Comparison(Options options, CancellationToken cancellation)
{
    private readonly List<string> _failures = [];

    /// <summary>Runs that ended badly, in words.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>The reports of each side, one for each repetition.</summary>
    public async Task<IReadOnlyDictionary<Side, List<JsonElement>>> RunAsync(Row row)
    {
        var sides = row.Sides.Where(side => side.Start is not null).ToList();
        var reports = sides.ToDictionary(side => side, _ => new List<JsonElement>());
        for (var i = 0; i < options.Repeat; i++)
        {
            foreach (var side in sides)
            {
                await Console.Error.WriteLineAsync($"{row.Name}, {side.Name}, {i + 1} of {options.Repeat}");
                if (await MeasureAsync(row, side) is { } report)
                    reports[side].Add(report);
            }
        }

        return reports;
    }

    private async Task<JsonElement?> MeasureAsync(Row row, Side side)
    {
        using var server = side.Start!();
        string[] times = row.IsTimed ? ["--warm-up", Seconds(row.WarmUp > options.WarmUp ? row.WarmUp : options.WarmUp), "--duration", Seconds(options.Duration)] : [];
        string[] metrics = server.Http is { } http && row.Command[0] is "pub-sub" ? ["--http", http] : [];
        string[] protocol = side.Protocol is "bare" ? ["--protocol", "bare"] : [];
        string[] subscribeAt = server.SubscribeUriFor(side.Protocol) is { } uri ? ["--subscribe-at", uri] : [];
        var run = await Generator.RunAsync(
            [.. row.Command, .. times, .. metrics, .. protocol, .. subscribeAt, "--server", server.PublishUriFor(side.Protocol), "--pid", server.Pid.ToString(CultureInfo.InvariantCulture)],
            cancellation);
        if (run.ExitCode == 0)
            return JsonDocument.Parse(run.Output).RootElement;
        _failures.Add($"{row.Name}, {side.Name}: {run.Error.Trim()}");
        await Console.Error.WriteLineAsync(_failures[^1]);
        return null;
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
