using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Anode.Cli.Operator;
using Anode.Cli.Rendering;
using Anode.Experiments.Reports;
using Anode.Experiments.Running;

namespace Anode.Cli.Commands;

/// <summary>What can be done with scenarios and results that are there: <c>list</c>, <c>recheck</c>, <c>compare</c>.</summary>
internal static class ExperimentFolders
{
    public static CliCommand List(Terminal terminal)
    {
        var command = new CliCommand("experiment list", "Show scenarios in config/experiments and results in results")
        {
            Notes = "Looks below the current folder.",
            Examples = ["anode experiment list"],
        };
        command.SetAction(async (_, _) =>
        {
            var scenarios = new TextTable("SCENARIO", "WHAT IT SHOWS");
            foreach (var path in FilesOf(Path.Combine("config", "experiments"), "*.conf"))
                scenarios.Add(path, FirstComment(path));
            await scenarios.WriteAsync(terminal);
            var results = new TextTable("RESULT", "VERDICT", "SEED", "RUNS", "WHY");
            foreach (var folder in Directory.Exists("results") ? Directory.GetDirectories("results").Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
            {
                if (TryLoad(folder) is { } json)
                    results.Add(folder, json.Text("verdict"), json.Text("seed"), json.Text("repeat"), json.Items("reasons").FirstOrDefault() is { ValueKind: JsonValueKind.String } reason ? reason.GetString()! : "");
            }

            await terminal.WriteLineAsync("");
            await results.WriteAsync(terminal);
            return ExitCode.Done;
        });
        return command;
    }

    public static CliCommand Recheck(Terminal terminal)
    {
        var folder = new Argument<string>("DIR") { Description = "Folder with a history.jsonl." };
        var command = new CliCommand("experiment recheck", "Judge again, from the history alone")
        {
            Synopsis = "DIR",
            Notes = "Reads nothing but history.jsonl, in which the scenario stands, too, and writes result.json and report.html anew. Ends as run does.",
            Examples = ["anode experiment recheck results/kill-relay-20260101-120000"],
        };
        command.Arguments.Add(folder);
        command.SetAction(async (parsed, _) =>
        {
            var path = parsed.GetRequiredValue(folder);
            try
            {
                return await ExperimentRun.ConcludeAsync(Experiment.Conclude(path), path, terminal);
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                throw CommandFailure.Usage(e.Message);
            }
        });
        return command;
    }

    public static CliCommand Compare(Terminal terminal)
    {
        var (first, second) = (new Argument<string>("A") { Description = "Folder of one result." }, new Argument<string>("B") { Description = "Folder of the other." });
        var command = new CliCommand("experiment compare", "Put two results side by side")
        {
            Synopsis = "A B",
            Notes = "Counts are sums over the runs with faults, times are medians with their interval.",
            Examples = ["anode experiment compare results/ours results/nats-server"],
        };
        command.Arguments.Add(first);
        command.Arguments.Add(second);
        command.SetAction(async (parsed, _) =>
        {
            var (a, b) = (Load(parsed.GetRequiredValue(first)), Load(parsed.GetRequiredValue(second)));
            var table = new TextTable("", parsed.GetRequiredValue(first), parsed.GetRequiredValue(second));
            var others = RowsOf(b).ToDictionary(row => row.Name, row => row.Value);
            var names = RowsOf(a).ToList();
            foreach (var (name, value) in names)
                table.Add(name, value, others.GetValueOrDefault(name, "–"));
            foreach (var (name, value) in RowsOf(b).Where(row => !names.Exists(n => n.Name == row.Name)))
                table.Add(name, "–", value);
            await table.WriteAsync(terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static IEnumerable<(string Name, string Value)> RowsOf(JsonElement json)
    {
        yield return ("verdict", json.Text("verdict"));
        yield return ("name", json.Text("name"));
        yield return ("seed", json.Text("seed"));
        yield return ("anode", json.Find("environment")?.Text("anode") ?? "");
        var runs = json.Items("runs").Where(run => run.Text("control") == "false").ToList();
        yield return ("runs", Text(runs.Count));
        foreach (var count in (string[])["invoked", "acked", "info", "failed", "delivered", "unexplained", "lostAcked", "unheard", "neverAcked", "recovered", "away", "duplicates", "outOfOrder", "unexpected", "droppedByPolicy", "restarts"])
            yield return (count, Text(runs.Sum(run => Number(run, count))));
        foreach (var missing in runs.SelectMany(run => run.Find("ledger")?.Items("missing") ?? []).GroupBy(missing => missing.Text("why")))
            yield return ($"missing, {missing.Key}", Text(missing.Sum(m => Number(m, "count"))));
        if (runs.Count > 0)
            yield return ("availability, median", $"{Middle(runs.Select(run => Number(run, "availability"))) * 100:0.00} %");
        foreach (var recovery in json.Items("recoveries"))
        {
            yield return ($"{recovery.Text("fault")} detected after, ms", Interval(recovery, "detectMs"));
            yield return ($"{recovery.Text("fault")} recovered after, ms", Interval(recovery, "recoverMs"));
        }

        foreach (var kind in (string[])["ack", "delivery"])
        {
            var phases = runs.SelectMany(run => run.Find("latencyMs")?.Find(kind) is { } latency ? latency.EnumerateObject().Select(p => (p.Name, p.Value)) : []).GroupBy(p => p.Name);
            foreach (var phase in phases)
            {
                foreach (var percentile in (string[])["p50", "p99"])
                    yield return ($"{kind} {percentile} in {phase.Key}, ms", Middle(phase.Select(p => Number(p.Value, percentile))).ToString("0.00", CultureInfo.InvariantCulture));
            }
        }
    }

    private static string Interval(JsonElement recovery, string name) => recovery.Find(name) is not { } interval ? "never"
        : interval.Find("low") is null ? $"{Number(interval, "median"):0.0}"
        : $"{Number(interval, "median"):0.0} ({Number(interval, "low"):0.0} – {Number(interval, "high"):0.0})";

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? 0 : sorted[sorted.Count / 2];
    }

    private static double Number(JsonElement json, string name) => json.Find(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : 0;

    private static string Text(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static JsonElement Load(string folder) => TryLoad(folder) ?? throw CommandFailure.Usage($"{folder} has no {Results.ResultFile} of an experiment");

    private static JsonElement? TryLoad(string folder)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, Results.ResultFile)));
            return json.RootElement.Clone();
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IEnumerable<string> FilesOf(string folder, string pattern) =>
        Directory.Exists(folder) ? Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal) : [];

    private static string FirstComment(string path) => File.ReadLines(path).FirstOrDefault(line => line.StartsWith('#'))?.TrimStart('#', ' ') ?? "";
}
