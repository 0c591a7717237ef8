using Anode.Sockets;

namespace Anode.Protocols.Relay;

/// <summary>
/// Room for what a source encodes: slabs of its own credit, filled one after the other and let go at the end of the turn.
/// </summary>
/// <remarks>
/// They grow with what the turns need: a source that answers PING holds 4 KiB for a moment, one that encodes a full read few large pieces. One that is full is kept to the end of
/// the turn: what was encoded there may have found nobody to hold it yet, while more that belongs to it is encoded elsewhere.
/// </remarks>
internal sealed class Scratch(Func<int, Slab?> rent)
{
    private const int MostBytes = 256 * 1024;

    private List<Slab>? _full;
    private int _fill;
    private int _turnBytes;
    private int _next = SlabPool.MinBytes;

    /// <summary>The slab to write into, after <see cref="Reserve"/>.</summary>
    public Slab? Slab { get; private set; }

    /// <summary>Where to write.</summary>
    public int Offset => _fill;

    /// <summary>Room for at least so many bytes; when the pool has none, from the collector's, which the outlets' bounds then limit.</summary>
    public Span<byte> Reserve(int bytes)
    {
        if (Slab is null || Slab.Length - _fill < bytes)
        {
            if (Slab is not null)
            {
                _next = Math.Min(_next * 2, MostBytes);
                (_full ??= []).Add(Slab);
            }

            _fill = 0;
            Slab = rent(Math.Max(bytes, _next)) ?? Slab.Foreign(new byte[bytes]);
        }

        return Slab.Buffer.AsSpan(_fill);
    }

    /// <summary>So many of the reserved bytes were written. Returns where they begin.</summary>
    public int Commit(int bytes)
    {
        var start = _fill;
        _fill += bytes;
        _turnBytes += bytes;
        return start;
    }

    /// <summary>The end of a turn: the next one will need about as much.</summary>
    public void Release()
    {
        Slab?.Release();
        (Slab, _fill) = (null, 0);
        if (_full is { Count: > 0 })
        {
            foreach (var slab in _full)
                slab.Release();
            _full.Clear();
        }

        _next = Math.Clamp(_turnBytes + (_turnBytes / 8), SlabPool.MinBytes, MostBytes);
        _turnBytes = 0;
    }
}
