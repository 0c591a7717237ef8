using System.CommandLine;
using System.Globalization;
using Anode.Experiments.Accounting;
using Anode.Experiments.Reports;
using Anode.Experiments.Running;
using Anode.Experiments.Scenarios;
using Anode.Hosting.Configuration;

namespace Anode.Cli.Commands;

/// <summary><c>anode experiment run FILE</c>.</summary>
internal static class ExperimentRun
{
    public static CliCommand Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "Scenario; see docs/experiments.md and config/experiments." };
        var folder = Flag.Text("--out", "DIR", "Folder for the results; must be new or empty. Default results/NAME-TIME.");
        var seed = Flag.Value<long>("--seed", "N", "In place of the scenario's.", Values.TryCount, Values.Count);
        var repeat = Flag.Value<long>("--repeat", "N", "Runs with faults, in place of the scenario's.", Values.TryCount, Values.Count);
        var command = new CliCommand("experiment run", "Run a scenario and judge it")
        {
            Synopsis = "FILE [options]",
            Notes = "Ends with 0 (PASS), 5 (FAIL), 6 (UNKNOWN: a fault left no evidence, something was still on its way, or nothing was measured) or 7 (aborted). "
                + "Writes history.jsonl, result.json and report.html. Nodes it starts listen on 127.0.0.1 only and end with it.",
            Examples = ["anode experiment run config/experiments/kill-relay.conf", "anode experiment run my.conf --out results/my --seed 7 --repeat 10"],
        };
        command.Arguments.Add(file);
        foreach (var option in (Option[])[folder, seed, repeat])
            command.Options.Add(option);
        command.SetAction(async (parsed, _) =>
        {
            var path = parsed.GetRequiredValue(file);
            var (text, scenario) = Read(path);
            var number = (ulong?)parsed.GetValue(seed) ?? scenario.Seed;
            var runs = (int)Math.Min(parsed.GetValue(repeat) ?? scenario.Repeat, 1000);
            var target = parsed.GetValue(folder) ?? Path.Combine("results", string.Create(CultureInfo.InvariantCulture, $"{scenario.Name}-{DateTime.UtcNow:yyyyMMdd-HHmmss}"));
            if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
                throw Usage.Wrong("experiment run", $"--out: {target} is not empty; results are never written over");
            var order = new Order(
                scenario, text, path, target, number, runs,
                string.Create(CultureInfo.InvariantCulture, $"anode experiment run {path} --seed {number} --repeat {runs}"));
            using var interrupts = new Interrupts();
            var results = await RunAsync(order, terminal, interrupts.Token);
            return await ConcludeAsync(results, target, terminal);
        });
        return command;
    }

    public static (string Text, Scenario Scenario) Read(string path)
    {
        if (!ConfigFile.TryRead(path, out var text, out var error))
            throw CommandFailure.Usage(error.ToString());
        return ScenarioReader.TryRead(text, path, out var scenario, out var errors)
            ? (text, scenario)
            : throw CommandFailure.Usage(string.Join("\nanode: ", errors));
    }

    /// <summary>Says the verdict; the first reason on standard error.</summary>
    public static async Task<int> ConcludeAsync(Results results, string folder, Terminal terminal)
    {
        var judgement = results.Judgement;
        await terminal.WriteLineAsync($"{(results.History.Aborted ? "ABORTED" : judgement.Word)} {results.Scenario.Name}: {results.History.Runs.Count(run => !run.IsControl)} runs, {judgement.Checks.Count} checks; {Path.Combine(folder, Results.ReportFile)}");
        if (judgement.Reasons.Count > 0)
            await terminal.Error.WriteLineAsync($"anode: {judgement.Reasons[0]}");
        return results.History.Aborted ? ExitCode.Aborted : judgement.Verdict switch
        {
            Verdict.Pass => ExitCode.Done,
            Verdict.Fail => ExitCode.ExperimentFailed,
            _ => ExitCode.ExperimentUnknown,
        };
    }

    /// <summary>On a thread of its own: a run waits precisely, and in many places.</summary>
    private static async Task<Results> RunAsync(Order order, Terminal terminal, CancellationToken cancellation)
    {
        var view = new ExperimentView(terminal);
        try
        {
            return await Task.Factory.StartNew(
                () => view.Around(() => Experiment.Run(order, view, cancellation)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException)
        {
            throw CommandFailure.Failed(e.Message);
        }
    }
}
