using Anode.Experiments.Running;
using Spectre.Console;

namespace Anode.Cli.Commands;

/// <summary>Progress on standard error: bars with figures where somebody watches, a line for each step otherwise.</summary>
internal sealed class ExperimentView(Terminal terminal) : IProgressView
{
    private readonly object _gate = new();
    private readonly Dictionary<string, ProgressTask> _tasks = [];
    private ProgressContext? _progress;
    private IAnsiConsole? _console;

    public T Around<T>(Func<T> work)
    {
        if (!terminal.ErrorIsInteractive)
            return work();
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Error) });
        return _console.Progress().Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(progress =>
            {
                _progress = progress;
                return work();
            });
    }

    public void Say(string line)
    {
        lock (_gate)
        {
            if (_console is null)
                terminal.Error.WriteLine(line);
            else
                _console.MarkupLine(Markup.Escape(line));
        }
    }

    public void Move(string run, double share, string text)
    {
        lock (_gate)
        {
            if (_progress is null)
                return;
            if (!_tasks.TryGetValue(run, out var task))
                _tasks[run] = task = _progress.AddTask(Markup.Escape(run), maxValue: 1);
            task.Value = share;
            task.Description = Markup.Escape($"{run}: {text}");
        }
    }
}
