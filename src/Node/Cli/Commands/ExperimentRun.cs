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
        var target = Flag.Text("--target", "SERVER", "anode or nats-server, in place of the scenario's.");
        var set = Flag.Texts("--set", "KEY=VALUE", "In place of what the scenario says, e.g. topology.nodes=[a, b] or workload.0.rate=50. Repeatable.");
        var without = Flag.Switch("--without-mechanism", "Switch off what the scenario is about (its mechanism-off): it has to fail.");
        var command = new CliCommand("experiment run", "Run a scenario and judge it")
        {
            Synopsis = "FILE [options]",
            Notes = "Ends with 0 (PASS), 5 (FAIL), 6 (UNKNOWN: a fault left no evidence, something was still on its way, or nothing was measured) or 7 (aborted). "
                + "Writes history.jsonl, result.json and report.html. Nodes it starts listen on 127.0.0.1 only and end with it.",
            Examples = ["anode experiment run config/experiments/kill-relay.conf", "anode experiment run my.conf --out results/my --seed 7 --repeat 10", "anode experiment run config/experiments/bad-network.conf --target nats-server"],
        };
        command.Arguments.Add(file);
        foreach (var option in (Option[])[folder, seed, repeat, target, set, without])
            command.Options.Add(option);
        command.SetAction(async (parsed, _) =>
        {
            var path = parsed.GetRequiredValue(file);
            string[] wishes = [.. parsed.GetValue(target) is { } server ? [$"topology.target={server}"] : Array.Empty<string>(), .. parsed.GetValue(set) ?? []];
            var (text, scenario) = Read(path, wishes, parsed.GetValue(without));
            var number = (ulong?)parsed.GetValue(seed) ?? scenario.Seed;
            var runs = (int)Math.Min(parsed.GetValue(repeat) ?? scenario.Repeat, 1000);
            var results = parsed.GetValue(folder) ?? Path.Combine("results", string.Create(CultureInfo.InvariantCulture, $"{scenario.Name}-{DateTime.UtcNow:yyyyMMdd-HHmmss}"));
            if (Directory.Exists(results) && Directory.EnumerateFileSystemEntries(results).Any())
                throw Usage.Wrong("experiment run", $"--out: {results} is not empty; results are never written over");
            var order = new Order(
                scenario, text, path, results, number, runs,
                string.Create(CultureInfo.InvariantCulture, $"anode experiment run {path} --seed {number} --repeat {runs}{(parsed.GetValue(without) ? " --without-mechanism" : "")}{string.Concat(wishes.Select(wish => $" --set '{wish}'"))}"));
            using var interrupts = new Interrupts();
            return await ConcludeAsync(await RunAsync(order, terminal, interrupts.Token), results, terminal);
        });
        return command;
    }

    /// <summary>The scenario as it is to be run, and its text.</summary>
    private static (string Text, Scenario Scenario) Read(string path, string[] wishes, bool withoutMechanism)
    {
        if (!ConfigFile.TryRead(path, out var text, out var error))
            throw CommandFailure.Usage(error.ToString());
        var scenario = Parse(text, path);
        if (withoutMechanism && scenario.MechanismOff.Count == 0)
            throw Usage.Wrong("experiment run", $"--without-mechanism: {path} has no mechanism-off that says how");
        if (!ScenarioOverrides.TryApply(text, path, [.. withoutMechanism ? scenario.MechanismOff : [], .. wishes], out var changed, out var wrong))
            throw Usage.Wrong("experiment run", wrong);
        return changed == text ? (text, scenario) : (changed, Parse(changed, $"{path} with --set"));
    }

    private static Scenario Parse(string text, string name) =>
        ScenarioReader.TryRead(text, name, out var scenario, out var errors) ? scenario : throw CommandFailure.Usage(string.Join("\nanode: ", errors));

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
