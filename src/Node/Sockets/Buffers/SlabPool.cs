using System.Collections.Concurrent;
using System.Numerics;

namespace Anode.Sockets;

/// <summary>
/// All blocks of the node, in powers of two from 4 KiB, under one bound: ten thousand busy publishers must not mean ten
/// gigabytes. At the bound nothing is rented, readers wait, and TCP slows their peers.
/// </summary>
internal sealed class SlabPool(long boundBytes)
{
    public const int MinBytes = 4 * 1024;
    public const int MaxBytes = 1 << 30;

    // What is idle stays for reuse up to an eighth of the bound; the collector takes the rest.
    private readonly long _keepBytes = Math.Max(boundBytes / 8, 4 * 1024 * 1024);
    private readonly ConcurrentStack<Slab>[] _idle = [.. Enumerable.Range(0, 19).Select(_ => new ConcurrentStack<Slab>())];
    private long _rentedBytes;
    private long _rentedCount;
    private long _idleBytes;
    private long _refusals;

    public long BoundBytes => boundBytes;

    public long RentedBytes => Interlocked.Read(ref _rentedBytes);

    public long RentedCount => Interlocked.Read(ref _rentedCount);

    public long IdleBytes => Interlocked.Read(ref _idleBytes);

    /// <summary>How often the bound said no.</summary>
    public long Refusals => Interlocked.Read(ref _refusals);

    /// <summary>A block of at least <paramref name="bytes"/> with one reference, or null at the bound.</summary>
    public Slab? TryRent(int bytes, ISlabSource? source)
    {
        var size = SizeFor(bytes);
        if (Interlocked.Add(ref _rentedBytes, size) > boundBytes)
        {
            Interlocked.Add(ref _rentedBytes, -size);
            Interlocked.Increment(ref _refusals);
            return null;
        }

        Interlocked.Increment(ref _rentedCount);
        if (_idle[ClassOf(size)].TryPop(out var slab))
            Interlocked.Add(ref _idleBytes, -size);
        else
            slab = new Slab(this, GC.AllocateUninitializedArray<byte>(size));
        slab.Rent(source);
        return slab;
    }

    public static int SizeFor(int bytes) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(bytes, MinBytes, MaxBytes));

    /// <summary>No longer rented, and not to come back: the collector found it.</summary>
    internal void Forget(Slab slab)
    {
        Interlocked.Add(ref _rentedBytes, -slab.Length);
        Interlocked.Decrement(ref _rentedCount);
    }

    internal void Return(Slab slab)
    {
        Forget(slab);
        if (Interlocked.Add(ref _idleBytes, slab.Length) > _keepBytes)
            Interlocked.Add(ref _idleBytes, -slab.Length);
        else
            _idle[ClassOf(slab.Length)].Push(slab);
    }

    private static int ClassOf(int size) => BitOperations.Log2((uint)size) - 12;
}
