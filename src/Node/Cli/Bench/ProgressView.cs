using System.Diagnostics;
using Anode.Cli.Bench.Loads;
using Spectre.Console;

namespace Anode.Cli.Bench;

/// <summary>A bar on standard error while somebody waits there; nothing otherwise.</summary>
internal sealed class ProgressView(Terminal terminal)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits for a phase of a load to pass.</summary>
    /// <param name="run">Ends the wait when something breaks.</param>
    /// <param name="name">Of the phase.</param>
    /// <param name="length">Of the phase.</param>
    /// <param name="count">What to show the speed of.</param>
    public void During(LoadRun run, string name, TimeSpan length, Func<long> count)
    {
        if (!terminal.ErrorIsInteractive)
        {
            run.Wait(length);
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Error) });
        console.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                var task = progress.AddTask(name, maxValue: length.TotalSeconds);
                var (clock, before) = (Stopwatch.StartNew(), count());
                while (clock.Elapsed < length)
                {
                    run.Wait(TimeSpan.FromTicks(Math.Min(Tick.Ticks, (length - clock.Elapsed).Ticks + 1)));
                    task.Value = clock.Elapsed.TotalSeconds;
                    task.Description = $"{name} {Figures.Count((count() - before) / clock.Elapsed.TotalSeconds)}/s";
                }
            });
    }
}
