using Akka.Actor;
using Microsoft.Extensions.ObjectPool;

namespace Anode.Sockets;

/// <summary>One run of bytes in a slab.</summary>
internal readonly record struct ByteRange(Slab Slab, int Offset, int Length);

/// <summary>
/// What one read has for one destination: ranges of slabs, adjacent ones merged. The only thing the data plane sends between
/// actors, once per destination and read. Whoever holds it last calls <see cref="Release"/>.
/// </summary>
internal sealed class Delivery : IReapable
{
    private static readonly DefaultObjectPool<Delivery> Pool = new(new Policy(), 1024);

    private ByteRange[] _ranges = new ByteRange[4];
    private Outlet? _outlet;

    /// <summary>Where the receipt goes once the kernel has taken all bytes; null for none.</summary>
    public IActorRef? ReceiptTo { get; set; }

    public object? Receipt { get; set; }

    /// <summary>What its first message is about, in UTF-8, for reports; null when unknown.</summary>
    public byte[]? About { get; set; }

    /// <summary>When it came into its destination's queue, by <see cref="Environment.TickCount64"/>.</summary>
    public long QueuedAt { get; set; }

    /// <summary>It may wait for others at its destination, and go in pieces.</summary>
    public bool IsBulk { get; set; }

    /// <summary>How many frames of its protocol it is, where the destination counts them; 0 where it does not.</summary>
    public int Frames { get; set; }

    public int Count { get; private set; }

    public int Bytes { get; private set; }

    public int Messages { get; private set; }

    public ref readonly ByteRange this[int index] => ref _ranges[index];

    public static Delivery Rent() => Pool.Get();

    /// <summary>Adds a message; where it continues the last range of the same slab, that range grows.</summary>
    /// <remarks>A run of ranges of one slab holds one reference: the common case costs one interlocked add per read.</remarks>
    public void Append(Slab slab, int offset, int length, int messages = 1, bool merge = true)
    {
        Messages += messages;
        Bytes += length;
        if (Count > 0)
        {
            ref var last = ref _ranges[Count - 1];
            if (ReferenceEquals(last.Slab, slab))
            {
                if (merge && last.Offset + last.Length == offset)
                {
                    last = last with { Length = last.Length + length };
                    return;
                }
            }
            else
            {
                slab.Retain();
            }
        }
        else
        {
            slab.Retain();
        }

        if (Count == _ranges.Length)
            Array.Resize(ref _ranges, Count * 2);
        _ranges[Count++] = new ByteRange(slab, offset, length);
    }

    /// <summary>The outlet whose pending bytes this delivery counts against, until released.</summary>
    internal void ChargeTo(Outlet outlet) => _outlet = outlet;

    /// <inheritdoc cref="Slab.Disown"/>
    public void Disown()
    {
        for (var i = 0; i < Count; i++)
            _ranges[i].Slab.Disown();
    }

    /// <summary>Gives back every slab and the charge. Exactly once.</summary>
    public void Release()
    {
        for (var i = 0; i < Count; i++)
        {
            if (i + 1 == Count || !ReferenceEquals(_ranges[i].Slab, _ranges[i + 1].Slab))
                _ranges[i].Slab.Release();
        }

        _outlet?.Discharge(Bytes);
        Array.Clear(_ranges, 0, Count);
        if (_ranges.Length > 256)
            _ranges = new ByteRange[4];
        Count = Bytes = Messages = Frames = 0;
        IsBulk = false;
        _outlet = null;
        ReceiptTo = null;
        Receipt = null;
        About = null;
        Pool.Return(this);
    }

    void IReapable.Reap() => Release();

    private sealed class Policy : PooledObjectPolicy<Delivery>
    {
        public override Delivery Create() => new();

        public override bool Return(Delivery obj) => true;
    }
}
