using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Anode.Protocols.Native.Wire;

namespace Anode.Bench;

/// <summary>A client that subscribes and unsubscribes at a steady rate, beside whatever else a node does.</summary>
internal sealed class Churn : IDisposable
{
    private const int PerBatch = 250;

    private readonly Socket _socket;
    private readonly Thread _thread;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private bool _stop;
    private long _changes;

    /// <param name="server">A node.</param>
    /// <param name="perSecond">SUBs and UNSUBs together.</param>
    /// <param name="wildcards">Every second filter has one.</param>
    public Churn(ServerProcess server, int perSecond, bool wildcards)
    {
        _socket = server.Connect();
        NativeFrames.Open(_socket, subscribe: false);
        var batches = Enumerable.Range(0, 40).Select(number => Batch(number, wildcards)).ToArray();
        _thread = new Thread(() => Run(batches, perSecond));
        _thread.Start();
    }

    public double PerSecond => Volatile.Read(ref _changes) / _clock.Elapsed.TotalSeconds;

    /// <summary>1→1 with and without churn, alternating, medians.</summary>
    public static int Compare(int repeat, TimeSpan seconds, int perSecond, int bytes)
    {
        Console.WriteLine("| churn | msg/s | node CPU s/M | changes/s |");
        Console.WriteLine("|---|---|---|---|");
        (string Name, int Rate, bool Wildcards)[] kinds = [("none", 0, false), ("literal", perSecond, false), ("wildcards", perSecond, true)];
        var runs = kinds.Select(_ => new List<(Throughput Load, double Changes)>()).ToArray();
        for (var i = 0; i < repeat; i++)
        {
            for (var kind = 0; kind < kinds.Length; kind++)
            {
                using var server = ServerProcess.StartNode();
                using var churn = kinds[kind].Rate > 0 ? new Churn(server, kinds[kind].Rate, kinds[kind].Wildcards) : null;
                runs[kind].Add((Loads.Stream(server, native: true, 1, bytes, TimeSpan.FromSeconds(1), seconds), churn?.PerSecond ?? 0));
            }
        }

        for (var kind = 0; kind < kinds.Length; kind++)
        {
            var middle = runs[kind].OrderBy(run => run.Load.DeliveredPerSecond).ElementAt(repeat / 2);
            Console.WriteLine($"| {kinds[kind].Name} | {middle.Load.DeliveredPerSecond:N0} | {middle.Load.CpuSecondsPerMillion:0.000} | {middle.Changes:N0} |");
        }

        return 0;
    }

    public void Dispose()
    {
        Volatile.Write(ref _stop, true);
        _thread.Join();
        _socket.Dispose();
    }

    private static byte[] Batch(int number, bool wildcards)
    {
        var batch = new byte[64 * 1024];
        var fill = 0;
        for (var i = 0; i < PerBatch / 2; i++)
        {
            var sid = 1 + i;
            var filter = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"churn.{number}.{(wildcards && i % 2 == 0 ? "*" : "x")}.{i}"));
            fill += FrameWriter.Sub(batch.AsSpan(fill), prefix: true, sid, filter);
            fill += FrameWriter.Unsub(batch.AsSpan(fill), prefix: true, sid);
        }

        return batch[..fill];
    }

    private void Run(byte[][] batches, int perSecond)
    {
        var pause = new ManualResetEventSlim();
        for (var i = 0; !Volatile.Read(ref _stop); i++)
        {
            _socket.Send(batches[i % batches.Length]);
            Volatile.Write(ref _changes, _changes + PerBatch);
            var ahead = TimeSpan.FromSeconds((double)_changes / perSecond) - _clock.Elapsed;
            if (ahead > TimeSpan.Zero)
                pause.Wait(ahead);
        }
    }
}
