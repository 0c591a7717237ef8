using System.Globalization;
using Anode.Experiments.Histories;

namespace Anode.Experiments.Running;

/// <summary>
/// Looks after the processes of a run, as a machine's service manager does: tells when one ends that nobody ended, and if the topology says so starts it again.
/// One thread for each.
/// </summary>
internal sealed class ServiceManager(Fleet fleet, RunClock clock, HistoryWriter history, bool restarts) : IDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20), Pause = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Thread> _threads = [];

    public void Start()
    {
        foreach (var node in fleet.All.Where(node => node.IsOurs))
        {
            var thread = new Thread(() => Guard(node)) { IsBackground = true, Name = $"guard {node.Name}" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (var thread in _threads)
            thread.Join(TimeSpan.FromSeconds(5));
        // The stop is not disposed: on a machine that is overrun a thread may outlive its join.
    }

    private void Guard(NodeUnderTest node)
    {
        var told = 0;
        while (!_stop.Token.WaitHandle.WaitOne(Glance))
        {
            if (told == node.Incarnation || !node.EndedByItself)
                continue;
            told = node.Incarnation;
            Tell(node, "died", string.Create(CultureInfo.InvariantCulture, $"by itself, with {node.ExitCode}"));
            if (restarts && node.ExitCode != 0 && !_stop.Token.WaitHandle.WaitOne(Pause))
                StartAgain(node);
        }
    }

    private void StartAgain(NodeUnderTest node)
    {
        try
        {
            node.Start();
            node.AwaitReady(_stop.Token);
            Tell(node, "started", string.Create(CultureInfo.InvariantCulture, $"again, as process {node.Pid}"));
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
        catch (InvalidOperationException e)
        {
            Tell(node, "not-started", e.Message);
        }
    }

    private void Tell(NodeUnderTest node, string kind, string text) => history.Write("node", clock.Now, json =>
    {
        json.WriteString("node", node.Name);
        json.WriteString("kind", kind);
        json.WriteString("text", text);
    });
}
