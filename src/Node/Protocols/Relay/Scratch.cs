using Anode.Sockets;

namespace Anode.Protocols.Relay;

/// <summary>
/// Room for what a source encodes: slabs of its own credit, filled one after the other and let go at the end of the turn.
/// </summary>
internal sealed class Scratch(Func<int, Slab?> rent)
{
    private const int SlabBytes = 16 * 1024;

    private int _fill;

    /// <summary>The slab to write into, after <see cref="Reserve"/>.</summary>
    public Slab? Slab { get; private set; }

    /// <summary>Where to write.</summary>
    public int Offset => _fill;

    /// <summary>Room for at least so many bytes; when the pool has none, from the collector's, which the outlets' bounds then limit.</summary>
    public Span<byte> Reserve(int bytes)
    {
        if (Slab is null || Slab.Length - _fill < bytes)
        {
            Release();
            Slab = rent(Math.Max(bytes, bytes > 1024 ? SlabBytes : SlabPool.MinBytes)) ?? Slab.Foreign(new byte[bytes]);
        }

        return Slab.Buffer.AsSpan(_fill);
    }

    /// <summary>So many of the reserved bytes were written. Returns where they begin.</summary>
    public int Commit(int bytes)
    {
        var start = _fill;
        _fill += bytes;
        return start;
    }

    public void Release()
    {
        Slab?.Release();
        (Slab, _fill) = (null, 0);
    }
}
