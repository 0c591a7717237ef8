namespace Anode.Protocols.Native.Wire;

/// <summary>
/// From body to meaning, for any bytes: a body is understood, or there is a reason to put into ERR bad-frame; nothing
/// throws. Every <c>Read…</c> takes what <see cref="TryReadKind"/> found and looks at the body to its last byte; what it
/// hands out counts only if it answers <see cref="ParseError.Ok"/>.
/// </summary>
/// <remarks>
/// Missing trailing items are nil. Unknown trailing items must be well-formed and are skipped. Nesting depth is counted
/// per item, the body's own array not included.
/// </remarks>
internal static partial class BodyReader
{
    private const string Natural = "an integer from 0 to 2^63-1";
    private const string Unsigned = "an integer from 0 to 2^64-1";
    private const string SidReason = "item 1 (sid) must be an integer from 1 to 2^63-1";

    private static readonly MessageReasons AfterKind = new(1);
    private static readonly MessageReasons AfterId = new(2);

    /// <param name="body">One frame without its length, or one datagram.</param>
    /// <param name="itemCount">Items of the array, the kind included.</param>
    /// <param name="kind">Any integer; those above 2^63−1 read as 2^63−1, as unknown as they are.</param>
    /// <param name="offset">Where the item after the kind starts.</param>
    /// <returns>False for what is <see cref="ParseError.NoKind"/>.</returns>
    public static bool TryReadKind(ReadOnlySpan<byte> body, out int itemCount, out long kind, out int offset)
    {
        var cursor = new MsgPackCursor(body);
        kind = 0;
        var read = cursor.TryReadArrayHeader(out itemCount) && itemCount > 0 && cursor.TryReadSaturated(out kind);
        offset = cursor.Offset;
        return read;
    }

    /// <summary>3 MSG, which allocates nothing.</summary>
    public static ParseError ReadMsg(
        ReadOnlySpan<byte> body, int itemCount, int offset, out MsgView view, int maxDepth = MsgPackCursor.DefaultDepth) =>
        ReadMessage(new MsgPackCursor(body, offset, maxDepth), body.Length, itemCount - 1, id: 0, AfterKind, out view);

    /// <summary>12 PUT, which allocates nothing.</summary>
    public static ParseError ReadPut(
        ReadOnlySpan<byte> body, int itemCount, int offset, out MsgView view, int maxDepth = MsgPackCursor.DefaultDepth)
    {
        view = default;
        var cursor = new MsgPackCursor(body, offset, maxDepth);
        return itemCount < 2 || !cursor.TryReadUnsigned(out var id)
            ? Refuse(cursor, "item 1 (id) must be " + Unsigned)
            : ReadMessage(cursor, body.Length, itemCount - 2, id, AfterId, out view);
    }

    /// <summary>6 TO.</summary>
    public static ParseError ReadTo(
        ReadOnlySpan<byte> body, int itemCount, int offset, out long sid, out MsgView view,
        int maxDepth = MsgPackCursor.DefaultDepth)
    {
        sid = 0;
        view = default;
        var cursor = new MsgPackCursor(body, offset, maxDepth);
        return itemCount < 2 || !cursor.TryReadNatural(out sid)
            ? Refuse(cursor, "item 1 (sid) must be " + Natural)
            : ReadMessage(cursor, body.Length, itemCount - 2, id: 0, AfterId, out view);
    }

    /// <summary>4 SUB.</summary>
    public static ParseError ReadSub(
        ReadOnlySpan<byte> body, int itemCount, int offset, out Sub sub, int maxDepth = MsgPackCursor.DefaultDepth)
    {
        sub = default;
        var cursor = new MsgPackCursor(body, offset, maxDepth);
        if (itemCount < 2 || !cursor.TryReadNatural(out var sid))
            return Refuse(cursor, SidReason);
        if (sid == 0)
            return new ParseError(SidReason);
        if (itemCount < 3 || !cursor.TryReadString(out var filter))
            return Refuse(cursor, "item 2 (filter) must be a string");
        Slice queue = default;
        var hasQueue = itemCount > 3 && !cursor.TryReadNil();
        if (hasQueue && !cursor.TryReadUtf8(out queue))
            return Refuse(cursor, "item 3 (queue) must be a string of UTF-8 or nil");
        var max = 0L;
        if (itemCount > 4 && !cursor.TryReadNil() && !cursor.TryReadNatural(out max))
            return Refuse(cursor, "item 4 (max) must be " + Natural + " or nil");
        sub = new Sub(sid, filter, queue, hasQueue, max);
        return Finish(cursor, itemCount - 5);
    }

    /// <summary>5 UNSUB.</summary>
    public static ParseError ReadUnsub(
        ReadOnlySpan<byte> body, int itemCount, int offset, out Unsub unsub, int maxDepth = MsgPackCursor.DefaultDepth)
    {
        unsub = default;
        var cursor = new MsgPackCursor(body, offset, maxDepth);
        if (itemCount < 2 || !cursor.TryReadNatural(out var sid))
            return Refuse(cursor, SidReason);
        if (sid == 0)
            return new ParseError(SidReason);
        var max = 0L;
        if (itemCount > 2 && !cursor.TryReadNil() && !cursor.TryReadNatural(out max))
            return Refuse(cursor, "item 2 (max) must be " + Natural + " or nil");
        unsub = new Unsub(sid, max);
        return Finish(cursor, itemCount - 3);
    }

    /// <summary>7 PING and 8 PONG: the token is any value, as encoded; empty when absent or nil, which are the same.</summary>
    public static ParseError ReadToken(
        ReadOnlySpan<byte> body, int itemCount, int offset, out Slice token, int maxDepth = MsgPackCursor.DefaultDepth)
    {
        token = default;
        var cursor = new MsgPackCursor(body, offset, maxDepth);
        if (itemCount > 1 && !cursor.TryReadNil())
        {
            if (!cursor.TrySkip())
                return ParseError.Malformed;
            token = new Slice(offset, cursor.Offset - offset);
        }

        return Finish(cursor, itemCount - 2);
    }

    /// <summary>A kind nobody knows: unknown-kind when well-formed, bad-frame when not.</summary>
    public static ParseError ReadUnknown(
        ReadOnlySpan<byte> body, int itemCount, int offset, int maxDepth = MsgPackCursor.DefaultDepth) =>
        Finish(new MsgPackCursor(body, offset, maxDepth), itemCount - 1);

    /// <summary>The items from the subject on, <paramref name="items"/> of them.</summary>
    private static ParseError ReadMessage(
        MsgPackCursor cursor, int bodyLength, int items, ulong id, MessageReasons reasons, out MsgView view)
    {
        view = default;
        var tail = cursor.Offset;
        if (items < 1 || !cursor.TryReadString(out var subject))
            return Refuse(cursor, reasons.Subject);
        Slice payload = default;
        var payloadIsString = false;
        if (items < 2 || !(cursor.TryReadBinary(out payload) || (payloadIsString = cursor.TryReadString(out payload))))
            return Refuse(cursor, reasons.Payload);
        Slice reply = default;
        var hasReply = items > 2 && !cursor.TryReadNil();
        if (hasReply && !cursor.TryReadString(out reply))
            return Refuse(cursor, reasons.Reply);
        Slice headers = default;
        if (items > 3 && !cursor.TryReadNil() && !HeaderMap.TryRead(ref cursor, out headers))
            return Refuse(cursor, reasons.Headers);
        view = new MsgView
        {
            Id = id,
            Subject = subject,
            Payload = payload,
            PayloadIsString = payloadIsString,
            HasReply = hasReply,
            Reply = reply,
            Headers = headers,
            TailOffset = tail,
            ItemsAfterId = items,
        };
        return items <= 4 && cursor.Offset == bodyLength ? ParseError.Ok : Finish(cursor, items - 4);
    }

    private static ParseError Finish(MsgPackCursor cursor, int unknownItems)
    {
        for (; unknownItems > 0; unknownItems--)
        {
            if (!cursor.TrySkip())
                return ParseError.Malformed;
        }

        return cursor.AtEnd ? ParseError.Ok : ParseError.TrailingBytes;
    }

    /// <summary>
    /// The reason, if what stands at the cursor is at least a value (or nothing stands there): what is not MessagePack has no
    /// type to complain about.
    /// </summary>
    private static ParseError Refuse(MsgPackCursor cursor, string reason) =>
        cursor.AtEnd || cursor.TrySkip() ? new ParseError(reason) : ParseError.Malformed;

    /// <summary>The same four items stand one further to the right behind an id.</summary>
    private sealed class MessageReasons(int first)
    {
        public readonly string Subject = $"item {first} (subject) must be a string";
        public readonly string Payload = $"item {first + 1} (payload) must be bin";
        public readonly string Reply = $"item {first + 2} (reply) must be a string or nil";
        public readonly string Headers =
            $"item {first + 3} (headers) must be a map of UTF-8 strings to strings or arrays of them, or nil";
    }
}
