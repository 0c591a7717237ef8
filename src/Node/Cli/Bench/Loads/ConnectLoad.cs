using System.Diagnostics;
using System.Runtime.CompilerServices;
using Anode.Cli.Bench.Measuring;
using Anode.Cli.Bench.Streams;
using Anode.Cli.Bench.Wire;

namespace Anode.Cli.Bench.Loads;

/// <summary>Connections opened with their whole handshake and closed again, one after the other on each of several threads.</summary>
internal static class ConnectLoad
{
    private const int WindowBytes = 2048;

    public static ConnectResult Run(Target target, int parallel, TimeSpan warmUp, TimeSpan duration, ServerProbe probe, LoadRun run, ProgressView view)
    {
        var recording = new StrongBox<bool>();
        var workers = Enumerable.Range(0, parallel).Select(_ => new Worker(target, run, recording)).ToList();
        var threads = workers.Select((worker, i) => run.Start($"client {i}", worker.Run)).ToList();
        long Opened() => workers.Sum(worker => worker.Opened);
        view.During(run, "warm-up", warmUp, Opened);
        Volatile.Write(ref recording.Value, true);
        var before = Snapshot.Take(probe, () => (0, Opened()), first: true);
        view.During(run, "measuring", duration, Opened);
        var after = Snapshot.Take(probe, () => (0, Opened()), first: false);
        Volatile.Write(ref recording.Value, false);
        run.Stop();
        threads.ForEach(thread => thread.Join());
        run.ThrowIfBroken();
        return new ConnectResult(before, after, Latencies.Summarize(workers.Select(worker => worker.Latencies)));
    }

    private sealed class Worker(Target target, LoadRun run, StrongBox<bool> recording)
    {
        private long _opened;

        public long Opened => Volatile.Read(ref _opened);

        public Latencies Latencies { get; } = new();

        public void Run()
        {
            while (!run.IsStopping)
            {
                var start = Stopwatch.GetTimestamp();
                var line = Line.Open(target, Role.Subscriber, WindowBytes);
                if (Volatile.Read(ref recording.Value))
                    Latencies.Record(start, Stopwatch.GetTimestamp());
                line.Reset();
                Volatile.Write(ref _opened, _opened + 1);
            }
        }
    }
}

/// <summary>Two snapshots around the measurement; delivered are connections.</summary>
internal sealed record ConnectResult(Snapshot Before, Snapshot After, LatencySummary? Latency);
