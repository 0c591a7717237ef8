using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Anode.Experiments.Running;

/// <summary>Microseconds since a run began, and waits that end in time: the runtime's own count in milliseconds, and the actors' scheduler in tens of them.</summary>
internal sealed partial class RunClock
{
    private const long LongestWait = 20_000;

    private static readonly double PerTick = 1e6 / Stopwatch.Frequency;

    private readonly long _start;

    public RunClock()
    {
        // The first look at the wall clock takes the runtime ten milliseconds, by which everything nodes tell would be late: so look once before.
        _ = DateTimeOffset.UtcNow;
        _ = Stopwatch.GetTimestamp();
        Began = DateTimeOffset.UtcNow;
        _start = Stopwatch.GetTimestamp();
    }

    public DateTimeOffset Began { get; }

    public long Now => (long)((Stopwatch.GetTimestamp() - _start) * PerTick);

    /// <summary>Of a time by the wall clock, as nodes tell theirs.</summary>
    public long Of(DateTimeOffset at) => (at - Began).Ticks / 10;

    /// <summary>Microseconds since 1970.</summary>
    public long Unix(long t) => (Began - DateTimeOffset.UnixEpoch).Ticks / 10 + t;

    /// <summary>Blocks this thread until then; false if it was not to go on any longer.</summary>
    public bool WaitUntil(long t, CancellationToken cancellation)
    {
        for (; ; )
        {
            var left = t - Now;
            if (cancellation.IsCancellationRequested || left <= 0)
                return !cancellation.IsCancellationRequested;
            var time = new Timespec { Nanoseconds = (nint)(Math.Min(left, LongestWait) * 1000) };
            if (!OperatingSystem.IsLinux() || NanoSleep(time, 0) != 0)
                cancellation.WaitHandle.WaitOne(TimeSpan.FromMicroseconds(Math.Min(left, LongestWait)));
        }
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in Timespec time, nint remaining);

    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
