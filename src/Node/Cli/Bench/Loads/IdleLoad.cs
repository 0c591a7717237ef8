using System.Collections.Concurrent;
using System.Diagnostics;
using Anode.Cli.Bench.Measuring;
using Anode.Cli.Bench.Streams;
using Anode.Cli.Bench.Wire;

namespace Anode.Cli.Bench.Loads;

/// <summary>Connections that have shaken hands and then do nothing: what the server's memory grows by.</summary>
internal static class IdleLoad
{
    private const int WindowBytes = 512;
    private const int Openers = 4;

    public static IdleResult Run(Target target, int connections, TimeSpan settle, ServerProbe probe, LoadRun run, ProgressView view)
    {
        var lines = new ConcurrentBag<Line>();
        try
        {
            var before = probe.Usage()!;
            var clock = Stopwatch.StartNew();
            var next = 0;
            var threads = Enumerable.Range(0, Openers).Select(i => run.Start($"client {i}", () =>
            {
                while (!run.IsStopping && Interlocked.Increment(ref next) <= connections)
                    lines.Add(Line.Open(target, Role.Subscriber, WindowBytes));
            })).ToList();
            while (!run.WaitUntil(() => threads.TrueForAll(thread => !thread.IsAlive), TimeSpan.FromSeconds(1)))
            {
            }

            run.ThrowIfBroken();
            var opened = clock.Elapsed;
            view.During(run, "settling", settle, () => lines.Count);
            return new IdleResult(connections, opened, before, probe.Usage()!);
        }
        finally
        {
            run.Close();
            run.Stop();
            foreach (var line in lines)
                line.Reset();
        }
    }
}

/// <summary>The server's memory without and with the connections.</summary>
internal sealed record IdleResult(int Connections, TimeSpan Opening, ProcessUsage Before, ProcessUsage After);
