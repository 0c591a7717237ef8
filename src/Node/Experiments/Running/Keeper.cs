using System.Collections.Concurrent;
using System.Diagnostics;

namespace Anode.Experiments.Running;

/// <summary>
/// The thread that starts every process of an experiment and lives as long as the runner: Linux ends a child that asked for it when the thread that started
/// it ends, so a runner that is killed takes its nodes along.
/// </summary>
internal sealed class Keeper : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public Keeper()
    {
        _thread = new Thread(() =>
        {
            foreach (var work in _work.GetConsumingEnumerable())
                work();
        })
        { IsBackground = true, Name = "keeper" };
        _thread.Start();
    }

    /// <summary>Whether children end with this process by the kernel's hand; otherwise <c>anode experiment cleanup</c> has to.</summary>
    public static bool EndsChildren { get; } = Find("setpriv") is not null;

    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/usr/local/sbin")
        .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Starts a program with its output in a file, in a session of its own: Ctrl-C is for the runner, which ends its nodes itself.</summary>
    public Process Start(IReadOnlyList<string> command, string log)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        foreach (var word in (string[])["-c", "log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1", "sh", log])
            start.ArgumentList.Add(word);
        foreach (var word in (string[])[.. Find("setsid") is { } session ? [session] : Array.Empty<string>(), .. Find("setpriv") is { } setpriv ? [setpriv, "--pdeathsig", "KILL"] : Array.Empty<string>(), .. command])
            start.ArgumentList.Add(word);
        // A variable of this shell must not change what a scenario says.
        foreach (var foreign in start.Environment.Keys.Where(key => key.StartsWith("ANODE_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(foreign);
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }
}
