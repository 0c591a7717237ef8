namespace Anode.Protocols.Native.Wire;

internal ref partial struct MsgPackCursor
{
    /// <summary>Arrays and maps within arrays and maps, counting the value itself: <c>[[]]</c> has depth 2.</summary>
    public const int DefaultDepth = 16;

    /// <summary>The most a caller may ask for: the counts of all open levels stand on the stack.</summary>
    public const int DeepestDepth = 256;

    /// <summary>
    /// Steps over one value of any type. Iterative, linear in the bytes stepped over, and bounded in depth: a value is
    /// refused when it is not well-formed, is cut short, or nests deeper than the cursor was told.
    /// </summary>
    public bool TrySkip()
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)_maxDepth, (uint)DeepestDepth);
        Span<int> open = stackalloc int[_maxDepth + 1];
        open[0] = 1;
        var depth = 0;
        var at = _offset;
        while (true)
        {
            while (open[depth] == 0)
            {
                if (depth-- > 0)
                    continue;
                _offset = at;
                return true;
            }

            open[depth]--;
            if (!TryMeasure(at, out var size, out var items))
                return false;
            at += size;
            if (items < 0)
                continue;
            if (depth == _maxDepth)
                return false;
            open[++depth] = items;
        }
    }

    /// <summary>
    /// The bytes a value takes up front, all of them for a scalar and the header for a collection, and how many values
    /// follow in it; −1 for a scalar.
    /// </summary>
    private readonly bool TryMeasure(int at, out int size, out int items)
    {
        size = 1;
        items = -1;
        if ((uint)at >= (uint)_bytes.Length)
            return false;
        var head = _bytes[at];
        switch (head)
        {
            case <= MsgPack.LastFixInt or >= MsgPack.NegativeFixInt:
            case MsgPack.Nil or MsgPack.False or MsgPack.True:
                return true;
            case MsgPack.NeverUsed:
                return false;
            case < MsgPack.FixArray:
                return TryHold(at, 0, 2ul * (head & 0x0Fu), out size, out items);
            case < MsgPack.FixStr:
                return TryHold(at, 0, head & 0x0Fu, out size, out items);
            case < MsgPack.Nil:
                return TryFit(at, 1ul + (head & 0x1Fu), out size);
            case MsgPack.Bin8 or MsgPack.Bin16 or MsgPack.Bin32:
                return TryMeasureSized(at, 1 << (head - MsgPack.Bin8), 0, out size);
            case MsgPack.Ext8 or MsgPack.Ext16 or MsgPack.Ext32:
                return TryMeasureSized(at, 1 << (head - MsgPack.Ext8), 1, out size);
            case MsgPack.Str8 or MsgPack.Str16 or MsgPack.Str32:
                return TryMeasureSized(at, 1 << (head - MsgPack.Str8), 0, out size);
            case MsgPack.Float32 or MsgPack.Float64:
                return TryFit(at, 1ul + (4ul << (head - MsgPack.Float32)), out size);
            case >= MsgPack.UInt8 and <= MsgPack.UInt64:
                return TryFit(at, 1ul + (1ul << (head - MsgPack.UInt8)), out size);
            case >= MsgPack.Int8 and <= MsgPack.Int64:
                return TryFit(at, 1ul + (1ul << (head - MsgPack.Int8)), out size);
            case >= MsgPack.FixExt1 and <= MsgPack.FixExt16:
                return TryFit(at, 2ul + (1ul << (head - MsgPack.FixExt1)), out size);
            case MsgPack.Array16 or MsgPack.Array32:
                return TryMeasureCollection(at, 2 << (head - MsgPack.Array16), 1, out size, out items);
            default:
                return TryMeasureCollection(at, 2 << (head - MsgPack.Map16), 2, out size, out items);
        }
    }

    private readonly bool TryMeasureSized(int at, int width, uint extra, out int size)
    {
        size = 0;
        return TryBigEndian(at + 1, width, out var length) && TryFit(at, 1ul + (ulong)width + extra + length, out size);
    }

    private readonly bool TryMeasureCollection(int at, int width, ulong itemsPerEntry, out int size, out int items)
    {
        size = 0;
        items = -1;
        return TryBigEndian(at + 1, width, out var count) && TryHold(at, width, itemsPerEntry * count, out size, out items);
    }

    private readonly bool TryFit(int at, ulong total, out int size)
    {
        size = 0;
        if (total > (ulong)(_bytes.Length - at))
            return false;
        size = (int)total;
        return true;
    }

    /// <summary>A collection of more values than bytes are left cannot be whole.</summary>
    private readonly bool TryHold(int at, int width, ulong count, out int size, out int items)
    {
        size = 1 + width;
        items = -1;
        if (count > (ulong)(_bytes.Length - at - size))
            return false;
        items = (int)count;
        return true;
    }
}
