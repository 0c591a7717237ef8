using System.Diagnostics;
using Anode.Cli.Bench.Measuring;
using Anode.Cli.Bench.Streams;

namespace Anode.Cli.Bench.Loads;

/// <summary>One thread that sends numbered messages on a line of its own: block by block as fast as the server takes them, or at a pace.</summary>
internal sealed class Publisher(LoadRun run, Line line, FrameBlock block, int index, Pace? pace)
{
    // The server's pings come every half minute or less often, its refusals at any time; looking costs a system call.
    private static readonly TimeSpan ControlInterval = TimeSpan.FromMilliseconds(100);

    private long _sent;

    public Line Line => line;

    /// <summary>Messages the kernel has taken.</summary>
    public long Sent => Volatile.Read(ref _sent);

    public void Run()
    {
        if (pace is not null)
            Pace.WakeInTime();
        try
        {
            Send();
        }
        catch (IOException)
        {
            // A server that closes says why before it does.
            TakeControl();
            throw;
        }
    }

    private void Send()
    {
        var looked = Stopwatch.GetTimestamp();
        while (!run.IsStopping)
        {
            var count = pace is null
                ? block.Capacity
                : (int)Math.Min(block.Capacity, pace.DueBy(index, Stopwatch.GetTimestamp()) - _sent);
            if (count > 0)
            {
                line.Send(block.Number((ulong)_sent, count));
                Volatile.Write(ref _sent, _sent + count);
            }
            else
            {
                pace!.WaitFor(index, _sent);
            }

            if (Stopwatch.GetElapsedTime(looked) < ControlInterval)
                continue;
            looked = Stopwatch.GetTimestamp();
            TakeControl();
        }
    }

    private void TakeControl()
    {
        try
        {
            while (line.HasNews && line.Fill())
            {
                for (var piece = line.Format.Parse(line.Window); piece.Length > 0; piece = line.Window.IsEmpty ? default : line.Format.Parse(line.Window))
                {
                    if (!line.TakeControl(piece))
                        line.Skip(piece.Length);
                }
            }
        }
        catch (IOException)
        {
            // the next send says so
        }
    }
}
