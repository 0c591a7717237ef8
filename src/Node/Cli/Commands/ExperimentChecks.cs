using Anode.Cli.Rendering;
using Anode.Experiments.Running;
using Anode.Experiments.SelfTests;

namespace Anode.Cli.Commands;

/// <summary>Whether experiments can be trusted, and what is left of them: <c>selftest</c>, <c>doctor</c>, <c>cleanup</c>.</summary>
internal static class ExperimentChecks
{
    public static CliCommand SelfTest(Terminal terminal)
    {
        var folder = Flag.Text("--history", "DIR", "Plant the bugs into this recorded history that passed. Default: one made for it.");
        var command = new CliCommand("experiment selftest", "Plant bugs into a clean history: every checker must catch its own")
        {
            Synopsis = "[options]",
            Notes = "Ends with 0 if every bug was caught and named and the clean history passed, else with 5.",
            Examples = ["anode experiment selftest"],
        };
        command.Options.Add(folder);
        command.SetAction(async (parsed, _) =>
        {
            var table = new TextTable("", "PLANTED", "MUST BE NAMED BY", "VERDICT", "NAMED BY");
            var failed = 0;
            try
            {
                List<string> clean = parsed.GetValue(folder) is { } path ? [.. File.ReadLines(Path.Combine(path, Experiments.Reports.Results.HistoryFile))] : CleanHistory.Lines();
                foreach (var result in Experiments.SelfTests.SelfTest.Run(clean))
                {
                    failed += result.Holds ? 0 : 1;
                    table.Add(result.Holds ? "ok" : "MISSED", result.Name, result.Expected, result.Verdict.ToString().ToUpperInvariant(), string.Join(", ", result.Caught.Take(4)));
                }
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                throw CommandFailure.Usage($"--history: {e.Message}");
            }

            await table.WriteAsync(terminal);
            return failed == 0 ? ExitCode.Done : throw new CommandFailure(ExitCode.ExperimentFailed, $"{failed} of the self-tests failed");
        });
        return command;
    }

    public static CliCommand Doctor(Terminal terminal)
    {
        var command = new CliCommand("experiment doctor", "Say what this machine can inject, and what it cannot")
        {
            Notes = "Ends with 0 if all that the shipped scenarios need is there, else with 1. Starts a node of its own for a moment.",
            Examples = ["anode experiment doctor"],
        };
        command.SetAction(async (_, cancellation) =>
        {
            var findings = await Task.Factory.StartNew(() => Anode.Experiments.Running.Doctor.Examine(cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            var table = new TextTable("", "WHAT", "NOTE");
            foreach (var finding in findings)
                table.Add(finding.Works ? "yes" : finding.Needed ? "NO" : "no", finding.What, finding.Note);
            await table.WriteAsync(terminal);
            return findings.Any(finding => finding is { Works: false, Needed: true }) ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    public static CliCommand Cleanup(Terminal terminal)
    {
        var command = new CliCommand("experiment cleanup", "Undo what experiments that were killed have left")
        {
            Notes = "Looks at the journals of runners that are no more: ends processes they started, if those still are the same ones, and removes faults they had set. "
                + "Running experiments are left alone.",
            Examples = ["anode experiment cleanup"],
        };
        command.SetAction(async (_, _) =>
        {
            var undone = 0;
            foreach (var journal in Journal.Orphans().ToList())
            {
                foreach (var line in Journal.Undo(journal))
                {
                    undone++;
                    await terminal.WriteLineAsync(line);
                }
            }

            if (undone == 0)
                await terminal.WriteLineAsync("nothing was left");
            return ExitCode.Done;
        });
        return command;
    }
}
