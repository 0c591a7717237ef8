namespace Anode.Cluster.Placement;

/// <summary>Something happened to this node's right to an endpoint.</summary>
/// <param name="Acquired">True: from here on it may bind. False: it is closed.</param>
/// <param name="Monotonic">Milliseconds of the machine's monotonic clock: comparable between processes of one machine, and never set.</param>
/// <param name="At">By the wall clock: for people, and for other machines as good as their clocks.</param>
internal sealed record Ownership(string Endpoint, string Node, Epoch Epoch, bool Acquired, long Monotonic, DateTimeOffset At);

/// <summary>What this node had, and when; appended by one actor, read by any thread. The oldest are let go.</summary>
internal sealed class OwnershipLog
{
    private const int Kept = 1000;

    private readonly object _gate = new();
    private readonly Queue<Ownership> _entries = new();

    public IReadOnlyList<Ownership> Entries
    {
        get
        {
            lock (_gate)
                return [.. _entries];
        }
    }

    public void Append(Ownership entry)
    {
        lock (_gate)
        {
            _entries.Enqueue(entry);
            if (_entries.Count > Kept)
                _entries.Dequeue();
        }
    }
}
