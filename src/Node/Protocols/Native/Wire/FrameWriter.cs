using System.Buffers.Binary;

namespace Anode.Protocols.Native.Wire;

/// <summary>
/// From meaning to bytes: each method writes one frame to the front of a span and returns its length. With
/// <c>prefix</c> it is a stream's frame, without it a datagram. Always the shortest encoding, and no nil at the end.
/// </summary>
/// <remarks>
/// For spans, empty stands for absent: an empty subject, queue group or map has no meaning that could get lost. The caller
/// makes room by the <c>SizeOf…</c> of the same name, an upper bound with the prefix included.
/// </remarks>
internal static partial class FrameWriter
{
    /// <summary>Prefix, array header, kind: the arrays written here are short, those passed on may have any count.</summary>
    private const int FrontBytes = Framing.PrefixBytes + MsgPack.LongestHeader + 1;

    /// <summary>3 MSG.</summary>
    public static int Msg(
        Span<byte> destination, bool prefix, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> payload, bool payloadIsString = false,
        ReadOnlySpan<byte> reply = default, ReadOnlySpan<byte> headers = default)
    {
        var writer = Begin(destination, prefix, Kind.Msg, 1 + MessageItems(reply, headers));
        Message(ref writer, subject, payload, payloadIsString, reply, headers);
        return End(destination, prefix, writer);
    }

    public static int SizeOfMsg(int subjectBytes, int payloadBytes, int replyBytes = 0, int headersBytes = 0) =>
        checked(FrontBytes + 3 * MsgPack.LongestHeader + subjectBytes + payloadBytes + replyBytes + 1 + headersBytes);

    /// <summary>6 TO from its parts.</summary>
    public static int To(
        Span<byte> destination, bool prefix, long sid, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> payload,
        bool payloadIsString = false, ReadOnlySpan<byte> reply = default, ReadOnlySpan<byte> headers = default)
    {
        var writer = Begin(destination, prefix, Kind.To, 2 + MessageItems(reply, headers));
        writer.Integer(sid);
        Message(ref writer, subject, payload, payloadIsString, reply, headers);
        return End(destination, prefix, writer);
    }

    public static int SizeOfTo(int subjectBytes, int payloadBytes, int replyBytes = 0, int headersBytes = 0) =>
        checked(MsgPack.LongestInteger + SizeOfMsg(subjectBytes, payloadBytes, replyBytes, headersBytes));

    /// <summary>6 TO from a parsed MSG, PUT or TO: a new front before the items as they came.</summary>
    public static int To(Span<byte> destination, bool prefix, long sid, ReadOnlySpan<byte> body, in MsgView view)
    {
        var writer = Begin(destination, prefix, Kind.To, 2 + view.ItemsAfterId);
        writer.Integer(sid);
        writer.Raw(body[view.TailOffset..]);
        return End(destination, prefix, writer);
    }

    public static int SizeOfTo(int bodyBytes, in MsgView view) =>
        checked(FrontBytes + MsgPack.LongestInteger + bodyBytes - view.TailOffset);

    /// <summary>3 MSG from a parsed PUT (or TO): what its subscribers get.</summary>
    public static int MsgFromPut(Span<byte> destination, bool prefix, ReadOnlySpan<byte> body, in MsgView view)
    {
        var writer = Begin(destination, prefix, Kind.Msg, 1 + view.ItemsAfterId);
        writer.Raw(body[view.TailOffset..]);
        return End(destination, prefix, writer);
    }

    public static int SizeOfMsgFromPut(int bodyBytes, in MsgView view) => checked(FrontBytes + bodyBytes - view.TailOffset);

    /// <summary>12 PUT.</summary>
    public static int Put(
        Span<byte> destination, bool prefix, ulong id, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> payload,
        bool payloadIsString = false, ReadOnlySpan<byte> reply = default, ReadOnlySpan<byte> headers = default)
    {
        var writer = Begin(destination, prefix, Kind.Put, 2 + MessageItems(reply, headers));
        writer.Unsigned(id);
        Message(ref writer, subject, payload, payloadIsString, reply, headers);
        return End(destination, prefix, writer);
    }

    public static int SizeOfPut(int subjectBytes, int payloadBytes, int replyBytes = 0, int headersBytes = 0) =>
        SizeOfTo(subjectBytes, payloadBytes, replyBytes, headersBytes);

    private static int MessageItems(ReadOnlySpan<byte> reply, ReadOnlySpan<byte> headers) =>
        !headers.IsEmpty ? 4 : !reply.IsEmpty ? 3 : 2;

    private static void Message(
        ref MsgPackWriter writer, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> payload, bool payloadIsString,
        ReadOnlySpan<byte> reply, ReadOnlySpan<byte> headers)
    {
        writer.String(subject);
        if (payloadIsString)
            writer.String(payload);
        else
            writer.Binary(payload);
        if (!reply.IsEmpty)
            writer.String(reply);
        else if (!headers.IsEmpty)
            writer.Nil();
        writer.Raw(headers);
    }

    private static MsgPackWriter Begin(Span<byte> destination, bool prefix, Kind kind, int items)
    {
        var writer = new MsgPackWriter(destination, prefix ? Framing.PrefixBytes : 0);
        writer.ArrayHeader(items);
        writer.Integer((long)kind);
        return writer;
    }

    private static int End(Span<byte> destination, bool prefix, in MsgPackWriter writer)
    {
        if (prefix)
            BinaryPrimitives.WriteInt32BigEndian(destination, writer.Position - Framing.PrefixBytes);
        return writer.Position;
    }
}
