using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Anode.Protocols.Native.Wire;

/// <summary>
/// Reads MessagePack from a span: every legal encoding, any bytes, no exception, and no allocation outside
/// <c>MsgPackCursor.Decode.cs</c>. A Try-method that answers false has not moved.
/// </summary>
/// <remarks>
/// Counts and lengths are refused as soon as they exceed the bytes that are left (an item has at least one), so the four
/// billion items of a ten-byte frame cost nothing and every count fits an <c>int</c>.
/// </remarks>
internal ref partial struct MsgPackCursor(ReadOnlySpan<byte> bytes, int offset = 0, int maxDepth = MsgPackCursor.DefaultDepth)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly int _maxDepth = maxDepth;
    private int _offset = offset;

    /// <summary>Where the next value starts.</summary>
    public readonly int Offset => _offset;

    public readonly bool AtEnd => (uint)_offset >= (uint)_bytes.Length;

    private readonly int Left => _bytes.Length - _offset;

    public bool TryReadNil()
    {
        if (AtEnd || _bytes[_offset] != MsgPack.Nil)
            return false;
        _offset++;
        return true;
    }

    public bool TryReadBool(out bool value)
    {
        var head = AtEnd ? MsgPack.NeverUsed : _bytes[_offset];
        value = head == MsgPack.True;
        if (head is not (MsgPack.True or MsgPack.False))
            return false;
        _offset++;
        return true;
    }

    /// <summary>An integer from −2^63 to 2^63−1.</summary>
    public bool TryReadInteger(out long value)
    {
        if (!TryReadInteger(out value, out var beyondLong, out var size) || beyondLong)
            return false;
        _offset += size;
        return true;
    }

    /// <summary>An integer from 0 to 2^63−1.</summary>
    public bool TryReadNatural(out long value)
    {
        if (!TryReadInteger(out value, out var beyondLong, out var size) || beyondLong || value < 0)
            return false;
        _offset += size;
        return true;
    }

    /// <summary>An integer from 0 to 2^64−1.</summary>
    public bool TryReadUnsigned(out ulong value)
    {
        var isInteger = TryReadInteger(out var signed, out var beyondLong, out var size);
        value = unchecked((ulong)signed);
        if (!isInteger || (signed < 0 && !beyondLong))
            return false;
        _offset += size;
        return true;
    }

    /// <summary>Any integer; those above 2^63−1 become 2^63−1. For kinds, where all so large are equally unknown.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadSaturated(out long value)
    {
        if (!AtEnd && _bytes[_offset] <= MsgPack.LastFixInt)
        {
            value = _bytes[_offset++];
            return true;
        }

        if (!TryReadInteger(out value, out var beyondLong, out var size))
            return false;
        if (beyondLong)
            value = long.MaxValue;
        _offset += size;
        return true;
    }

    /// <summary>The range of a string's bytes, which nobody has checked to be UTF-8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadString(out Slice value)
    {
        if (!AtEnd && (_bytes[_offset] & 0xE0) == MsgPack.FixStr)
            return TryTake(1, (uint)_bytes[_offset] & MsgPack.LongestFixStr, out value);
        return TryReadSized(MsgPack.Str8, out value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadBinary(out Slice value) => TryReadSized(MsgPack.Bin8, out value);

    public bool TryReadArrayHeader(out int count) => TryReadCount(MsgPack.FixArray, MsgPack.Array16, itemsPerEntry: 1, out count);

    /// <summary>The count is of pairs.</summary>
    public bool TryReadMapHeader(out int count) => TryReadCount(MsgPack.FixMap, MsgPack.Map16, itemsPerEntry: 2, out count);

    /// <summary>The range of a string that is UTF-8.</summary>
    public bool TryReadUtf8(out Slice value)
    {
        var start = _offset;
        if (TryReadString(out value) && Utf8.IsValid(value.Of(_bytes)))
            return true;
        _offset = start;
        return false;
    }

    /// <summary>The three sized forms of str and of bin stand side by side: 1, 2, 4 bytes of length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReadSized(byte first, out Slice value)
    {
        if (Left >= 2 && _bytes[_offset] == first)
            return TryTake(2, _bytes[_offset + 1], out value);
        return TryReadLongSized(first, out value);
    }

    private bool TryReadLongSized(byte first, out Slice value)
    {
        value = default;
        if (AtEnd)
            return false;
        var width = (_bytes[_offset] - first) switch { 1 => 2, 2 => 4, _ => 0 };
        return width > 0 && TryBigEndian(_offset + 1, width, out var length) && TryTake(1 + width, length, out value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTake(int headerBytes, ulong length, out Slice value)
    {
        if (length > (ulong)(Left - headerBytes) || Left < headerBytes)
        {
            value = default;
            return false;
        }

        value = new Slice(_offset + headerBytes, (int)length);
        _offset = value.End;
        return true;
    }

    private bool TryReadCount(byte fix, byte wide, ulong itemsPerEntry, out int count)
    {
        count = 0;
        if (AtEnd)
            return false;
        var head = _bytes[_offset];
        var width = head == wide ? 2 : head == wide + 1 ? 4 : 0;
        var entries = (ulong)head & MsgPack.LongestFixCollection;
        if (width == 0 ? (head & 0xF0) != fix : !TryBigEndian(_offset + 1, width, out entries))
            return false;
        if (entries * itemsPerEntry > (ulong)(Left - 1 - width))
            return false;
        count = (int)entries;
        _offset += 1 + width;
        return true;
    }

    /// <summary><paramref name="beyondLong"/>: the bits are those of an unsigned number above 2^63−1.</summary>
    private readonly bool TryReadInteger(out long value, out bool beyondLong, out int size)
    {
        value = 0;
        beyondLong = false;
        size = 1;
        if (AtEnd)
            return false;
        var head = _bytes[_offset];
        if (head is <= MsgPack.LastFixInt or >= MsgPack.NegativeFixInt)
        {
            value = (sbyte)head;
            return true;
        }

        if (head is < MsgPack.UInt8 or > MsgPack.Int64)
            return false;
        var isSigned = head >= MsgPack.Int8;
        var width = 1 << (head - (isSigned ? MsgPack.Int8 : MsgPack.UInt8));
        if (!TryBigEndian(_offset + 1, width, out var bits))
            return false;
        size = 1 + width;
        beyondLong = !isSigned && bits > long.MaxValue;
        value = (isSigned, width) switch
        {
            (true, 1) => (sbyte)bits,
            (true, 2) => (short)bits,
            (true, 4) => (int)bits,
            _ => unchecked((long)bits),
        };
        return true;
    }

    private readonly bool TryBigEndian(int at, int width, out ulong value)
    {
        value = 0;
        if (_bytes.Length - at < width)
            return false;
        var from = _bytes[at..];
        value = width switch
        {
            1 => from[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(from),
            4 => BinaryPrimitives.ReadUInt32BigEndian(from),
            _ => BinaryPrimitives.ReadUInt64BigEndian(from),
        };
        return true;
    }
}
