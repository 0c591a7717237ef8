using System.Diagnostics;

namespace Anode.Sockets;

/// <summary>Told, on whichever thread it happens, that a slab it rented is back in the pool.</summary>
internal interface ISlabSource
{
    /// <param name="bytes">Its length.</param>
    void OnSlabReturned(int bytes);
}

/// <summary>
/// A pooled, reference-counted block that a read filled. Ranges of it travel to other actors as they are: who keeps a range
/// holds a reference, and the last one to let go returns the block and the credit of the source that rented it.
/// </summary>
internal sealed class Slab
{
    private readonly SlabPool? _pool;
    private ISlabSource? _source;
    private int _references;

    internal Slab(SlabPool? pool, byte[] buffer)
    {
        _pool = pool;
        Buffer = buffer;
        if (pool is null)
            GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Akka does not promise that a message to an ending actor reaches the dead letters: one enqueued in the very moment its mailbox is closed is
    /// gone (4 slabs in 10,000 kills under full traffic). The memory is the collector's then, but the pool and the source must hear of it.
    /// </summary>
    ~Slab()
    {
        if (Interlocked.Exchange(ref _references, 0) == 0)
            return;
        _pool?.Forget(this);
        _source?.OnSlabReturned(Length);
    }

    public byte[] Buffer { get; }

    public int Length => Buffer.Length;

    /// <summary>A block that is not pooled, for bytes that already live in an array of their own.</summary>
    public static Slab Foreign(byte[] buffer) => new(null, buffer) { _references = 1 };

    public void Retain() => Interlocked.Increment(ref _references);

    public void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        Debug.Assert(left >= 0, "a slab was released more often than retained");
        if (left != 0)
            return;
        var source = Interlocked.Exchange(ref _source, null);
        _pool?.Return(this);
        source?.OnSlabReturned(Length);
    }

    /// <summary>
    /// Gives the source its credit back while the bytes are still needed: a holder that cannot let go soon answers for them itself.
    /// The caller holds a reference.
    /// </summary>
    public void Disown() => Interlocked.Exchange(ref _source, null)?.OnSlabReturned(Length);

    internal void Rent(ISlabSource? source)
    {
        _source = source;
        _references = 1;
    }
}
