using System.Buffers.Binary;
using System.Text;

namespace Anode.Protocols.Native.Wire;

/// <summary>
/// Writes MessagePack into a span, always in the shortest form. The caller has made room (<c>FrameWriter.SizeOf…</c>);
/// too little is its bug and throws.
/// </summary>
internal ref struct MsgPackWriter(Span<byte> destination, int position = 0)
{
    private readonly Span<byte> _destination = destination;
    private int _position = position;

    /// <summary>Where the next value will stand.</summary>
    public readonly int Position => _position;

    public void Nil() => Byte(MsgPack.Nil);

    public void Bool(bool value) => Byte(value ? MsgPack.True : MsgPack.False);

    public void Integer(long value)
    {
        switch (value)
        {
            case >= 0:
                Unsigned((ulong)value);
                break;
            case >= -32:
                Byte(unchecked((byte)value));
                break;
            case >= sbyte.MinValue:
                Byte(MsgPack.Int8);
                Byte(unchecked((byte)value));
                break;
            case >= short.MinValue:
                Wide(MsgPack.Int16, unchecked((ushort)value));
                break;
            case >= int.MinValue:
                Wide(MsgPack.Int32, unchecked((uint)value));
                break;
            default:
                Wide(MsgPack.Int64, unchecked((ulong)value));
                break;
        }
    }

    public void Unsigned(ulong value)
    {
        switch (value)
        {
            case <= MsgPack.LastFixInt:
                Byte((byte)value);
                break;
            case <= byte.MaxValue:
                Byte(MsgPack.UInt8);
                Byte((byte)value);
                break;
            case <= ushort.MaxValue:
                Wide(MsgPack.UInt16, (ushort)value);
                break;
            case <= uint.MaxValue:
                Wide(MsgPack.UInt32, (uint)value);
                break;
            default:
                Wide(MsgPack.UInt64, value);
                break;
        }
    }

    public void StringHeader(int length)
    {
        if (length <= MsgPack.LongestFixStr)
            Byte((byte)(MsgPack.FixStr | length));
        else
            Sized(MsgPack.Str8, length);
    }

    public void BinaryHeader(int length) => Sized(MsgPack.Bin8, length);

    public void ArrayHeader(int count) => Collection(MsgPack.FixArray, MsgPack.Array16, count);

    /// <summary>The count is of pairs.</summary>
    public void MapHeader(int count) => Collection(MsgPack.FixMap, MsgPack.Map16, count);

    /// <summary>A string whose bytes are at hand.</summary>
    public void String(ReadOnlySpan<byte> utf8)
    {
        StringHeader(utf8.Length);
        Raw(utf8);
    }

    public void Text(string text)
    {
        StringHeader(Encoding.UTF8.GetByteCount(text));
        _position += Encoding.UTF8.GetBytes(text, _destination[_position..]);
    }

    public void Binary(ReadOnlySpan<byte> bytes)
    {
        BinaryHeader(bytes.Length);
        Raw(bytes);
    }

    public void Texts(IReadOnlyList<string> texts)
    {
        ArrayHeader(texts.Count);
        foreach (var text in texts)
            Text(text);
    }

    /// <summary>Bytes that are MessagePack already.</summary>
    public void Raw(ReadOnlySpan<byte> encoded)
    {
        encoded.CopyTo(_destination[_position..]);
        _position += encoded.Length;
    }

    private void Byte(byte value) => _destination[_position++] = value;

    private void Sized(byte first, int length)
    {
        switch (length)
        {
            case <= byte.MaxValue:
                Byte(first);
                Byte((byte)length);
                break;
            case <= ushort.MaxValue:
                Wide((byte)(first + 1), (ushort)length);
                break;
            default:
                Wide((byte)(first + 2), (uint)length);
                break;
        }
    }

    private void Collection(byte fix, byte wide, int count)
    {
        if (count <= MsgPack.LongestFixCollection)
            Byte((byte)(fix | count));
        else if (count <= ushort.MaxValue)
            Wide(wide, (ushort)count);
        else
            Wide((byte)(wide + 1), (uint)count);
    }

    private void Wide(byte head, ushort value)
    {
        Byte(head);
        BinaryPrimitives.WriteUInt16BigEndian(_destination[_position..], value);
        _position += sizeof(ushort);
    }

    private void Wide(byte head, uint value)
    {
        Byte(head);
        BinaryPrimitives.WriteUInt32BigEndian(_destination[_position..], value);
        _position += sizeof(uint);
    }

    private void Wide(byte head, ulong value)
    {
        Byte(head);
        BinaryPrimitives.WriteUInt64BigEndian(_destination[_position..], value);
        _position += sizeof(ulong);
    }
}
