namespace Anode.Cluster.Placement;

/// <summary>
/// Watches over the lease from a thread of its own: actors share the pool with everything else of the node, and a pool that is out of threads must
/// not outlive its lease. It is the first to notice that the whole process had stood still.
/// </summary>
internal sealed class Fence : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(25);

    private readonly PlacementTimes _times;
    private readonly Action _fell;
    private readonly ManualResetEventSlim _end = new();
    private long _leaseUntil = long.MinValue;
    private long _beat = Now;
    private bool _armed;
    private string? _why;

    /// <param name="times">How long is too long.</param>
    /// <param name="fell">Called on the fence's thread, once for each time.</param>
    public Fence(PlacementTimes times, Action fell)
    {
        (_times, _fell) = (times, fell);
        new Thread(Watch) { IsBackground = true, Name = "fence", Priority = ThreadPriority.AboveNormal }.Start();
    }

    /// <summary>Milliseconds of the monotonic clock.</summary>
    public static long Now => Environment.TickCount64;

    /// <summary>What was granted may be used right now; read where connections are taken.</summary>
    public bool IsOpen => Now < Volatile.Read(ref _leaseUntil);

    /// <param name="leaseUntil">As of now.</param>
    /// <param name="armed">There is something to close.</param>
    public void Set(long leaseUntil, bool armed)
    {
        Volatile.Write(ref _leaseUntil, leaseUntil);
        Volatile.Write(ref _armed, armed);
    }

    /// <summary>Why it fell, once; null: it has not. To be asked before anything that was said earlier is heeded.</summary>
    public string? TakeFall()
    {
        // After a standstill all threads wake together, and this one may not be the first.
        var stood = Now - Volatile.Read(ref _beat);
        if (stood > _times.MaxPause.TotalMilliseconds && Volatile.Read(ref _armed))
            Fall(StoodStill(stood));
        return Interlocked.Exchange(ref _why, null);
    }

    public void Dispose() => _end.Set();

    private void Watch()
    {
        while (!_end.Wait(Period))
        {
            var (now, before) = (Now, Volatile.Read(ref _beat));
            Volatile.Write(ref _beat, now);
            if (!Volatile.Read(ref _armed))
                continue;
            if (now - before > _times.MaxPause.TotalMilliseconds)
                Fall(StoodStill(now - before));
            else if (now >= Volatile.Read(ref _leaseUntil))
                Fall($"no director has answered for {_times.Lease.TotalSeconds} s");
        }
    }

    private static string StoodStill(long milliseconds) => $"this process stood still for {milliseconds} ms";

    private void Fall(string why)
    {
        Set(long.MinValue, armed: false);
        Volatile.Write(ref _why, why);
        _fell();
    }
}
