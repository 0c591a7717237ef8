using System.Globalization;
using Anode.Experiments.Histories;
using Anode.Experiments.Plans;
using Anode.Experiments.Reports;
using Anode.Experiments.Scenarios;

namespace Anode.Experiments.Running;

/// <summary>What is to be run.</summary>
/// <param name="Text">The scenario as it was read; it becomes part of the history.</param>
internal sealed record Order(Scenario Scenario, string Text, string File, string Folder, ulong Seed, int Repeat, string Command);

/// <summary>All runs of an experiment, on the thread that calls it; then the history is read back, and the verdict made of that.</summary>
internal static class Experiment
{
    public static Results Run(Order order, IProgressView view, CancellationToken cancellation)
    {
        var scenario = order.Scenario;
        Directory.CreateDirectory(order.Folder);
        File.WriteAllText(Path.Combine(order.Folder, "scenario.conf"), order.Text);
        var faults = Planner.Faults(scenario, order.Seed);
        using (var history = new HistoryWriter(Path.Combine(order.Folder, Results.HistoryFile)))
        using (var keeper = new Keeper())
        using (var journal = Journal.Open())
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
        {
            limit.CancelAfter(scenario.Abort.MaxDuration);
            WriteHead(history, order);
            var aborted = DiskWatch.ShortOf(order.Folder, scenario.Abort.MinFreeDisk) ?? "";
            for (var number = scenario.Control ? 0 : 1; number <= order.Repeat && aborted.Length == 0 && !limit.IsCancellationRequested; number++)
            {
                // A repetition measures the same plan again; only what is sent in between is drawn anew.
                var seed = Draw.For(order.Seed, "run", (ulong)number).Next() >> 1;
                var run = new RunOnce(scenario, number == 0 ? [] : faults, number, seed, order.Folder, history, keeper, journal, view, limit.Token);
                run.Run();
                aborted = run.AbortedBecause;
            }

            if (limit.IsCancellationRequested)
                aborted = cancellation.IsCancellationRequested ? "by its user" : $"after {scenario.Abort.MaxDuration.TotalSeconds:0} s (abort.max-duration)";
            if (aborted.Length > 0)
                history.Write("aborted", 0, json => json.WriteString("why", aborted));
        }

        return Conclude(order.Folder);
    }

    /// <summary>Reads the history and writes what follows from it.</summary>
    public static Results Conclude(string folder)
    {
        var results = Results.Of(folder);
        File.WriteAllText(Path.Combine(folder, Results.ResultFile), ResultJson.Of(results) + "\n");
        File.WriteAllText(Path.Combine(folder, Results.ReportFile), HtmlReport.Of(results));
        return results;
    }

    private static void WriteHead(HistoryWriter history, Order order) => history.Write("experiment", 0, json =>
    {
        json.WriteNumber("schema", 1);
        json.WriteString("name", order.Scenario.Name);
        json.WriteNumber("seed", order.Seed);
        json.WriteNumber("repeat", order.Repeat);
        json.WriteBoolean("control", order.Scenario.Control);
        json.WriteString("command", order.Command);
        json.WriteString("file", order.File);
        json.WriteString("began", DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture));
        json.WritePropertyName("environment");
        Machine.Write(json);
        json.WriteString("scenario", order.Text);
    });
}
