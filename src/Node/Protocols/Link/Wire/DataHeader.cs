using System.Buffers.Binary;
using Anode.Mesh;
using Anode.Protocols.Native.Wire;

namespace Anode.Protocols.Link.Wire;

/// <summary>
/// 30 DATA: what stands before a batch of messages. Behind it come the publishers' MSG frames as they are, prefixes included.
/// <code>[30, flags, hops, lane, first, count, incarnation, origin, to | nil, queue | nil, bin]</code>
/// </summary>
/// <remarks>
/// Written with numbers of fixed width, since first, count and length are known only once the batch is complete. Read in any encoding.
/// </remarks>
internal readonly ref struct DataHeader
{
    /// <summary>Longest header: names have up to 64 bytes, a queue group's 255.</summary>
    public const int LongestBytes = 512;

    private const int SeqAt = Framing.PrefixBytes + 5, CountAt = SeqAt + 9, Items = 11;
    private const byte RetryFlag = 1;

    /// <summary>It was sent before, and may be known.</summary>
    public bool IsRetry { get; init; }

    /// <summary>Nodes it has passed.</summary>
    public int Hops { get; init; }

    public Lane Lane { get; init; }

    /// <summary>Number of the first message; the others count on from it.</summary>
    public long First { get; init; }

    public int Count { get; init; }

    public long Incarnation { get; init; }

    public ReadOnlySpan<byte> Origin { get; init; }

    /// <summary>For this node only; empty: for whoever is subscribed.</summary>
    public ReadOnlySpan<byte> To { get; init; }

    /// <summary>There for one member of this group; empty: none.</summary>
    public ReadOnlySpan<byte> Queue { get; init; }

    /// <summary>Bytes of the messages behind the header.</summary>
    public int DataBytes { get; init; }

    public static int SizeOf(int originBytes, int toBytes, int queueBytes) =>
        CountAt + 5 + 9 + (3 * MsgPack.LongestHeader) + originBytes + toBytes + queueBytes + 5;

    /// <summary>Without first, count and length, which <see cref="Complete"/> fills in. Returns the length.</summary>
    public static int Begin(
        Span<byte> room, bool retry, int hops, Lane lane, long incarnation, ReadOnlySpan<byte> origin, ReadOnlySpan<byte> to, ReadOnlySpan<byte> queue)
    {
        var at = Framing.PrefixBytes;
        room[at++] = MsgPack.FixArray | Items;
        room[at++] = (byte)LinkKind.Data;
        room[at++] = retry ? RetryFlag : (byte)0;
        room[at++] = (byte)Math.Min(hops, MsgPack.LastFixInt);
        room[at++] = (byte)lane;
        room[at] = MsgPack.UInt64;
        room[CountAt] = MsgPack.UInt32;
        at = CountAt + 5;
        room[at] = MsgPack.UInt64;
        BinaryPrimitives.WriteInt64BigEndian(room[(at + 1)..], incarnation);
        var writer = new MsgPackWriter(room, at + 9);
        writer.String(origin);
        Optional(ref writer, to);
        Optional(ref writer, queue);
        at = writer.Position;
        room[at] = MsgPack.Bin32;
        return at + 5;
    }

    /// <summary>Fills in what was left open, and the prefix of the whole frame.</summary>
    /// <param name="header">As <see cref="Begin"/> wrote it, with its length.</param>
    /// <param name="first">Number of the first message.</param>
    /// <param name="count">How many.</param>
    /// <param name="dataBytes">Their length.</param>
    public static void Complete(Span<byte> header, long first, int count, int dataBytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(header, header.Length - Framing.PrefixBytes + dataBytes);
        BinaryPrimitives.WriteInt64BigEndian(header[(SeqAt + 1)..], first);
        BinaryPrimitives.WriteInt32BigEndian(header[(CountAt + 1)..], count);
        BinaryPrimitives.WriteInt32BigEndian(header[^4..], dataBytes);
    }

    /// <summary>Reads the header of a frame whose first bytes these are.</summary>
    /// <param name="window">From the prefix on; the messages need not be there yet.</param>
    /// <param name="header">What it says; its spans are of the window.</param>
    /// <param name="length">Of prefix and header.</param>
    /// <returns>False: more bytes are needed, or it is none.</returns>
    public static bool TryRead(ReadOnlySpan<byte> window, out DataHeader header, out int length)
    {
        header = default;
        length = 0;
        if (!BinaryPrimitives.TryReadUInt32BigEndian(window, out var total) || total > int.MaxValue)
            return false;
        var body = window[Framing.PrefixBytes..];
        var cursor = new MsgPackCursor(body);
        if (!cursor.TryReadArrayHeader(out var items) || items < Items
            || !cursor.TryReadNatural(out _)
            || !cursor.TryReadNatural(out var flags)
            || !cursor.TryReadNatural(out var hops)
            || !cursor.TryReadNatural(out var lane)
            || !cursor.TryReadNatural(out var first)
            || !cursor.TryReadNatural(out var count)
            || !cursor.TryReadNatural(out var incarnation)
            || !cursor.TryReadString(out var origin)
            || !TryReadOptional(ref cursor, out var to)
            || !TryReadOptional(ref cursor, out var queue)
            || !TryReadBinaryHeader(body, cursor.Offset, out var dataBytes, out var end))
            return false;
        if (lane > (long)Lane.Receipted || count is 0 or > int.MaxValue || first > long.MaxValue - count || end + dataBytes != total)
            return false;
        header = new DataHeader
        {
            IsRetry = (flags & RetryFlag) != 0,
            Hops = (int)Math.Min(hops, int.MaxValue),
            Lane = (Lane)lane,
            First = first,
            Count = (int)count,
            Incarnation = incarnation,
            Origin = origin.Of(body),
            To = to.Of(body),
            Queue = queue.Of(body),
            DataBytes = dataBytes,
        };
        length = Framing.PrefixBytes + end;
        return true;
    }

    private static bool TryReadBinaryHeader(ReadOnlySpan<byte> body, int at, out int bytes, out int end)
    {
        (bytes, end) = (0, 0);
        var rest = body[Math.Min(at, body.Length)..];
        var size = rest.IsEmpty ? 0 : rest[0] switch { MsgPack.Bin8 => 1, MsgPack.Bin16 => 2, MsgPack.Bin32 => 4, _ => 0 };
        if (size == 0 || rest.Length <= size)
            return false;
        long value = 0;
        foreach (var b in rest.Slice(1, size))
            value = (value << 8) | b;
        (bytes, end) = ((int)Math.Min(value, int.MaxValue), at + 1 + size);
        return value <= int.MaxValue - end;
    }

    private static bool TryReadOptional(ref MsgPackCursor cursor, out Slice value)
    {
        value = default;
        return cursor.TryReadNil() || cursor.TryReadString(out value);
    }

    private static void Optional(ref MsgPackWriter writer, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            writer.Nil();
        else
            writer.String(text);
    }
}
