namespace Anode.Protocols.Native.Wire;

/// <summary>The frames about a connection rather than through it. Rare, so they become objects.</summary>
internal static partial class BodyReader
{
    /// <summary>1 HELLO. Unknown keys are skipped, nil is absent, and of equal keys the last wins.</summary>
    public static ParseError ReadHello(
        ReadOnlySpan<byte> body, int itemCount, int offset, out Hello? hello, int maxDepth = MsgPackCursor.DefaultDepth)
    {
        hello = null;
        var cursor = new MsgPackCursor(body, offset, maxDepth);
        if (itemCount < 2 || !cursor.TryReadMapHeader(out var pairs))
            return Refuse(cursor, "item 1 (hello) must be a map");
        long? version = null, heartbeat = null;
        string? name = null, token = null, user = null, password = null, producer = null;
        bool? echo = null;
        byte[]? cookie = null;
        for (; pairs > 0; pairs--)
        {
            if (!cursor.TryReadText(out var key))
                return Refuse(cursor, "the keys of item 1 (hello) must be strings of UTF-8");
            var refusal = key switch
            {
                "version" => cursor.TryReadOptional(out version) ? null : "version must be " + Natural,
                "name" => cursor.TryReadOptional(out name) ? null : "name must be a string of UTF-8",
                "token" => cursor.TryReadOptional(out token) ? null : "token must be a string of UTF-8",
                "user" => cursor.TryReadOptional(out user) ? null : "user must be a string of UTF-8",
                "password" => cursor.TryReadOptional(out password) ? null : "password must be a string of UTF-8",
                "echo" => cursor.TryReadOptional(out echo) ? null : "echo must be true or false",
                "producer" => cursor.TryReadOptional(out producer) ? null : "producer must be a string of UTF-8",
                "cookie" => cursor.TryReadOptional(out cookie) ? null : "cookie must be bin",
                "heartbeat_ms" => cursor.TryReadOptional(out heartbeat) ? null : "heartbeat_ms must be " + Natural,
                _ => cursor.TrySkip() ? null : ParseError.Malformed.Reason,
            };
            if (refusal is not null)
                return Refuse(cursor, refusal);
        }

        if (version is null)
            return new ParseError("version is missing in item 1 (hello)");
        hello = new Hello
        {
            Version = version.Value,
            Name = name,
            Token = token,
            User = user,
            Password = password,
            Echo = echo ?? true,
            Producer = producer,
            Cookie = cookie,
            HeartbeatMs = heartbeat,
        };
        return Finish(cursor, itemCount - 2);
    }

    /// <summary>2 WELCOME, read like HELLO.</summary>
    public static ParseError ReadWelcome(
        ReadOnlySpan<byte> body, int itemCount, int offset, out Welcome? welcome, int maxDepth = MsgPackCursor.DefaultDepth)
    {
        welcome = null;
        var cursor = new MsgPackCursor(body, offset, maxDepth);
        if (itemCount < 2 || !cursor.TryReadMapHeader(out var pairs))
            return Refuse(cursor, "item 1 (welcome) must be a map");
        long? version = null, maxPayload = null, heartbeat = null;
        string? node = null, connection = null, inbox = null, hostname = null, address = null, epoch = null;
        IReadOnlyList<string>? addresses = null;
        for (; pairs > 0; pairs--)
        {
            if (!cursor.TryReadText(out var key))
                return Refuse(cursor, "the keys of item 1 (welcome) must be strings of UTF-8");
            var refusal = key switch
            {
                "version" => cursor.TryReadOptional(out version) ? null : "version must be " + Natural,
                "node" => cursor.TryReadOptional(out node) ? null : "node must be a string of UTF-8",
                "connection" => cursor.TryReadOptional(out connection) ? null : "connection must be a string of UTF-8",
                "inbox" => cursor.TryReadOptional(out inbox) ? null : "inbox must be a string of UTF-8",
                "hostname" => cursor.TryReadOptional(out hostname) ? null : "hostname must be a string of UTF-8",
                "address" => cursor.TryReadOptional(out address) ? null : "address must be a string of UTF-8",
                "max_payload" => cursor.TryReadOptional(out maxPayload) ? null : "max_payload must be " + Natural,
                "heartbeat_ms" => cursor.TryReadOptional(out heartbeat) ? null : "heartbeat_ms must be " + Natural,
                "addresses" => cursor.TryReadOptional(out addresses) ? null : "addresses must be an array of strings of UTF-8",
                "epoch" => cursor.TryReadOptional(out epoch) ? null : "epoch must be a string of UTF-8",
                _ => cursor.TrySkip() ? null : ParseError.Malformed.Reason,
            };
            if (refusal is not null)
                return Refuse(cursor, refusal);
        }

        if (version is null || node is null || connection is null || inbox is null)
            return new ParseError("version, node, connection or inbox is missing in item 1 (welcome)");
        welcome = new Welcome
        {
            Version = version.Value,
            Node = node,
            Connection = connection,
            Inbox = inbox,
            Hostname = hostname ?? "",
            Address = address ?? "",
            MaxPayload = maxPayload ?? 0,
            HeartbeatMs = heartbeat ?? 0,
            Addresses = addresses ?? [],
            Epoch = epoch,
        };
        return Finish(cursor, itemCount - 2);
    }

    /// <summary>9 OK; keys of <c>info</c> other than <c>receivers</c> are skipped.</summary>
    public static ParseError ReadOk(
        ReadOnlySpan<byte> body, int itemCount, int offset, out Ok? ok, int maxDepth = MsgPackCursor.DefaultDepth)
    {
        ok = null;
        var cursor = new MsgPackCursor(body, offset, maxDepth);
        if (itemCount < 2 || !cursor.TryReadUnsigned(out var id))
            return Refuse(cursor, "item 1 (id) must be " + Unsigned);
        long? receivers = null;
        var pairs = 0;
        if (itemCount > 2 && !cursor.TryReadNil() && !cursor.TryReadMapHeader(out pairs))
            return Refuse(cursor, "item 2 (info) must be a map or nil");
        for (; pairs > 0; pairs--)
        {
            if (!cursor.TryReadText(out var key))
                return Refuse(cursor, "the keys of item 2 (info) must be strings of UTF-8");
            if (key is "receivers" ? !cursor.TryReadOptional(out receivers) : !cursor.TrySkip())
                return Refuse(cursor, "receivers must be " + Natural);
        }

        ok = new Ok(id, receivers);
        return Finish(cursor, itemCount - 3);
    }

    /// <summary>10 ERR.</summary>
    public static ParseError ReadErr(
        ReadOnlySpan<byte> body, int itemCount, int offset, out Err? err, int maxDepth = MsgPackCursor.DefaultDepth)
    {
        err = null;
        var cursor = new MsgPackCursor(body, offset, maxDepth);
        if (itemCount < 2 || !cursor.TryReadText(out var code))
            return Refuse(cursor, "item 1 (code) must be a string of UTF-8");
        if (itemCount < 3 || !cursor.TryReadText(out var text))
            return Refuse(cursor, "item 2 (text) must be a string of UTF-8");
        ulong? id = null;
        if (itemCount > 3 && !cursor.TryReadOptional(out id))
            return Refuse(cursor, "item 3 (id) must be " + Unsigned + " or nil");
        err = new Err(code, text, id);
        return Finish(cursor, itemCount - 4);
    }

    /// <summary>11 BYE.</summary>
    public static ParseError ReadBye(
        ReadOnlySpan<byte> body, int itemCount, int offset, out Bye? bye, int maxDepth = MsgPackCursor.DefaultDepth)
    {
        bye = null;
        var cursor = new MsgPackCursor(body, offset, maxDepth);
        if (itemCount < 2 || !cursor.TryReadText(out var reason))
            return Refuse(cursor, "item 1 (reason) must be a string of UTF-8");
        long? retryAfterMs = null;
        if (itemCount > 2 && !cursor.TryReadOptional(out retryAfterMs))
            return Refuse(cursor, "item 2 (retry_after_ms) must be " + Natural + " or nil");
        IReadOnlyList<string>? addresses = null;
        if (itemCount > 3 && !cursor.TryReadOptional(out addresses))
            return Refuse(cursor, "item 3 (addresses) must be an array of strings of UTF-8 or nil");
        bye = new Bye(reason, retryAfterMs, addresses ?? []);
        return Finish(cursor, itemCount - 4);
    }

    /// <summary>13 RETRY.</summary>
    public static ParseError ReadRetry(
        ReadOnlySpan<byte> body, int itemCount, int offset, out Retry? retry, int maxDepth = MsgPackCursor.DefaultDepth)
    {
        retry = null;
        var cursor = new MsgPackCursor(body, offset, maxDepth);
        if (itemCount < 2 || !cursor.TryReadBinary(out var cookie))
            return Refuse(cursor, "item 1 (cookie) must be bin");
        retry = new Retry(cookie.Of(body).ToArray());
        return Finish(cursor, itemCount - 2);
    }
}
