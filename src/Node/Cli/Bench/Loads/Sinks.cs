using System.Diagnostics;
using System.Runtime.CompilerServices;
using Anode.Cli.Bench.Checks;
using Anode.Cli.Bench.Measuring;
using Anode.Cli.Bench.Streams;

namespace Anode.Cli.Bench.Loads;

/// <summary>Checks, and nothing else.</summary>
internal readonly struct CheckSink<TCheck>(TCheck check) : IStampSink
    where TCheck : IDeliveryCheck
{
    public void Arrived()
    {
    }

    public void Take(Stamp stamp) => check.Take(stamp);
}

/// <summary>Checks, and takes the time from when each message was to be sent until its bytes were here.</summary>
internal struct TimedSink<TCheck>(TCheck check, Pace pace, Latencies latencies, StrongBox<bool> recording) : IStampSink
    where TCheck : IDeliveryCheck
{
    private long _now;

    public void Arrived() => _now = Stopwatch.GetTimestamp();

    public readonly void Take(Stamp stamp)
    {
        check.Take(stamp);
        if (Volatile.Read(ref recording.Value))
            latencies.Record(pace.IntendedAt((int)stamp.Publisher, (long)stamp.Sequence), _now);
    }
}
