namespace Anode.Mesh;

/// <summary>What became of messages between nodes, since the start.</summary>
internal sealed class MeshCounters
{
    private long _relayed;
    private long _duplicates;
    private long _hopLimit;
    private long _noRoute;
    private long _stale;
    private long _resent;
    private long _unacknowledgedBytes;

    /// <summary>Passed on for other nodes.</summary>
    public long Relayed => Interlocked.Read(ref _relayed);

    /// <summary>Suppressed: their number had been seen.</summary>
    public long Duplicates => Interlocked.Read(ref _duplicates);

    /// <summary>Dropped: they had passed as many nodes as they may.</summary>
    public long HopLimit => Interlocked.Read(ref _hopLimit);

    /// <summary>Dropped: meant for one node, to which there was no way.</summary>
    public long NoRoute => Interlocked.Read(ref _noRoute);

    /// <summary>Dropped: from an incarnation of their origin that is over.</summary>
    public long Stale => Interlocked.Read(ref _stale);

    /// <summary>PUTs sent again because a receipt was missing.</summary>
    public long Resent => Interlocked.Read(ref _resent);

    /// <summary>Bytes of messages on links that ended before the peer had acknowledged them; of plain messages, that many may be lost.</summary>
    public long UnacknowledgedBytes => Interlocked.Read(ref _unacknowledgedBytes);

    public void CountRelayed(long count) => Interlocked.Add(ref _relayed, count);

    public void CountDuplicates(long count) => Interlocked.Add(ref _duplicates, count);

    public void CountHopLimit(long count) => Interlocked.Add(ref _hopLimit, count);

    public void CountNoRoute(long count) => Interlocked.Add(ref _noRoute, count);

    public void CountStale(long count) => Interlocked.Add(ref _stale, count);

    public void CountResent(long count) => Interlocked.Add(ref _resent, count);

    public void CountUnacknowledged(long bytes) => Interlocked.Add(ref _unacknowledgedBytes, bytes);
}
