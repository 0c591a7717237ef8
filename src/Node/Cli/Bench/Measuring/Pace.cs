using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Anode.Cli.Bench.Measuring;

/// <summary>
/// An open loop: every message has a time at which it is to be sent, whatever became of those before it. All publishers together keep the
/// rate, and their messages are spread evenly.
/// </summary>
/// <param name="perSecond">Of all publishers together.</param>
/// <param name="publishers">How many take turns.</param>
internal sealed partial class Pace(double perSecond, int publishers)
{
    // At high rates not for each message: waking a thread costs more than sending one.
    private static readonly long Worthwhile = Stopwatch.Frequency / 20_000;
    private static readonly long LongestWait = Stopwatch.Frequency / 50;

    private readonly double _ticksPerMessage = Stopwatch.Frequency / perSecond;
    private long _start;

    /// <summary>The very first message is to be sent now.</summary>
    public void Begin() => _start = Stopwatch.GetTimestamp();

    /// <summary>The kernel lets a thread sleep 50 µs longer than it asked for; this one asks for less of that.</summary>
    public static void WakeInTime()
    {
        const int SetTimerSlack = 29;
        if (OperatingSystem.IsLinux())
            _ = Control(SetTimerSlack, 1000, 0, 0, 0);
    }

    /// <summary>When a message is to be sent.</summary>
    public long IntendedAt(int publisher, long sequence) => _start + (long)((sequence * publishers + publisher) * _ticksPerMessage);

    /// <summary>Whether it is time for this message of the only publisher.</summary>
    public bool IsDue(long sequence) => Stopwatch.GetTimestamp() >= IntendedAt(0, sequence);

    /// <summary>How many messages this publisher should have sent by now.</summary>
    public long DueBy(int publisher, long now) =>
        Math.Max(0, 1 + (long)Math.Floor(((now - _start) / _ticksPerMessage - publisher) / publishers));

    /// <summary>Waits until a message is to be sent, or a part of that time: the caller looks in between whether to go on.</summary>
    public void WaitFor(int publisher, long sequence)
    {
        var ticks = Math.Clamp(IntendedAt(publisher, sequence) - Stopwatch.GetTimestamp(), _ticksPerMessage < Worthwhile ? Worthwhile : 1, LongestWait);
        var time = new Timespec { Nanoseconds = (nint)(ticks * 1e9 / Stopwatch.Frequency) };
        // The runtime's own sleep counts in milliseconds, which is more than most latencies measured here.
        if (!OperatingSystem.IsLinux() || NanoSleep(time, 0) != 0)
            Thread.Sleep(TimeSpan.FromSeconds((double)ticks / Stopwatch.Frequency));
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in Timespec time, nint remaining);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint argument, nuint second, nuint third, nuint fourth);

    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
