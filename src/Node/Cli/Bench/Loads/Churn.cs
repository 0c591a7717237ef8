using System.Text;
using Anode.Cli.Bench.Measuring;
using Anode.Cli.Bench.Streams;

namespace Anode.Cli.Bench.Loads;

/// <summary>
/// One client beside a load that subscribes and unsubscribes at a steady rate, to filters the load has nothing to do with; every second one has a
/// wildcard.
/// </summary>
internal sealed class Churn(LoadRun run, Line line, double perSecond)
{
    private const int PairsPerBatch = 100, Batches = 32;

    private readonly byte[][] _batches = [.. Enumerable.Range(0, Batches).Select(number => Batch(line, number))];
    private readonly Pace _pace = new(perSecond, 1);
    private long _changes;

    public Line Line => line;

    /// <summary>SUBs and UNSUBs sent.</summary>
    public long Changes => Volatile.Read(ref _changes);

    public void Run()
    {
        _pace.Begin();
        for (var i = 0; !run.IsStopping;)
        {
            if (_pace.IsDue(_changes))
            {
                line.Send(_batches[i++ % Batches]);
                Volatile.Write(ref _changes, _changes + (2 * PairsPerBatch));
                while (line.HasNews && line.Fill())
                    line.Skip(line.Window.Length); // PINGs: who sends so much need not answer
            }
            else
            {
                _pace.WaitFor(0, _changes);
            }
        }
    }

    private static byte[] Batch(Line line, int number)
    {
        using var batch = new MemoryStream();
        for (var i = 0; i < PairsPerBatch; i++)
        {
            batch.Write(line.Format.Subscribe(1 + i, Encoding.ASCII.GetBytes($"churn.{number}.{(i % 2 == 0 ? "*" : "x")}.{i}"), default));
            batch.Write(line.Format.Unsubscribe(1 + i));
        }

        return batch.ToArray();
    }
}
