using System.Text;

namespace Anode.Protocols.Native.Wire;

/// <summary>The frames about a connection rather than through it.</summary>
internal static partial class FrameWriter
{
    /// <summary>1 HELLO; what is null, and an echo that is wanted, stays unsaid.</summary>
    public static int Hello(Span<byte> destination, bool prefix, Hello hello)
    {
        var writer = Begin(destination, prefix, Kind.Hello, 2);
        writer.MapHeader(
            1 + Count(hello.Name) + Count(hello.Token) + Count(hello.User) + Count(hello.Password) + (hello.Echo ? 0 : 1)
            + Count(hello.Producer) + Count(hello.Cookie) + Count(hello.HeartbeatMs));
        Field(ref writer, "version"u8, hello.Version);
        Field(ref writer, "name"u8, hello.Name);
        Field(ref writer, "token"u8, hello.Token);
        Field(ref writer, "user"u8, hello.User);
        Field(ref writer, "password"u8, hello.Password);
        if (!hello.Echo)
        {
            writer.String("echo"u8);
            writer.Bool(false);
        }

        Field(ref writer, "producer"u8, hello.Producer);
        if (hello.Cookie is not null)
        {
            writer.String("cookie"u8);
            writer.Binary(hello.Cookie);
        }

        Field(ref writer, "heartbeat_ms"u8, hello.HeartbeatMs);
        return End(destination, prefix, writer);
    }

    /// <summary>The nine keys with their headers take 67 bytes, the map's header and the numbers the rest.</summary>
    public static int SizeOf(Hello hello) =>
        FrontBytes + 128 + SizeOf(hello.Name) + SizeOf(hello.Token) + SizeOf(hello.User) + SizeOf(hello.Password)
        + SizeOf(hello.Producer) + MsgPack.LongestHeader + (hello.Cookie?.Length ?? 0);

    /// <summary>2 WELCOME.</summary>
    public static int Welcome(Span<byte> destination, bool prefix, Welcome welcome)
    {
        var writer = Begin(destination, prefix, Kind.Welcome, 2);
        writer.MapHeader(8 + (welcome.Addresses.Count > 0 ? 1 : 0) + (welcome.Epoch is null ? 0 : 1));
        Field(ref writer, "version"u8, welcome.Version);
        Field(ref writer, "node"u8, welcome.Node);
        Field(ref writer, "connection"u8, welcome.Connection);
        Field(ref writer, "inbox"u8, welcome.Inbox);
        Field(ref writer, "hostname"u8, welcome.Hostname);
        Field(ref writer, "address"u8, welcome.Address);
        Field(ref writer, "max_payload"u8, welcome.MaxPayload);
        Field(ref writer, "heartbeat_ms"u8, welcome.HeartbeatMs);
        if (welcome.Addresses.Count > 0)
        {
            writer.String("addresses"u8);
            writer.Texts(welcome.Addresses);
        }

        if (welcome.Epoch is not null)
            Field(ref writer, "epoch"u8, welcome.Epoch);
        return End(destination, prefix, writer);
    }

    /// <summary>The ten keys with their headers take 88 bytes, the map's header and the numbers the rest.</summary>
    public static int SizeOf(Welcome welcome) =>
        FrontBytes + 160 + SizeOf(welcome.Node) + SizeOf(welcome.Connection) + SizeOf(welcome.Inbox) + SizeOf(welcome.Hostname)
        + SizeOf(welcome.Address) + SizeOf(welcome.Addresses) + SizeOf(welcome.Epoch);

    /// <summary>4 SUB.</summary>
    public static int Sub(
        Span<byte> destination, bool prefix, long sid, ReadOnlySpan<byte> filter, ReadOnlySpan<byte> queue = default,
        long max = 0)
    {
        var writer = Begin(destination, prefix, Kind.Sub, max > 0 ? 5 : !queue.IsEmpty ? 4 : 3);
        writer.Integer(sid);
        writer.String(filter);
        if (!queue.IsEmpty)
            writer.String(queue);
        else if (max > 0)
            writer.Nil();
        if (max > 0)
            writer.Integer(max);
        return End(destination, prefix, writer);
    }

    public static int SizeOfSub(int filterBytes, int queueBytes = 0) =>
        FrontBytes + 2 * MsgPack.LongestInteger + 2 * MsgPack.LongestHeader + filterBytes + queueBytes;

    /// <summary>5 UNSUB.</summary>
    public static int Unsub(Span<byte> destination, bool prefix, long sid, long max = 0)
    {
        var writer = Begin(destination, prefix, Kind.Unsub, max > 0 ? 3 : 2);
        writer.Integer(sid);
        if (max > 0)
            writer.Integer(max);
        return End(destination, prefix, writer);
    }

    public const int SizeOfUnsub = FrontBytes + 2 * MsgPack.LongestInteger;

    /// <summary>7 PING; the token is one encoded value or nothing.</summary>
    public static int Ping(Span<byte> destination, bool prefix, ReadOnlySpan<byte> token = default) =>
        Token(destination, prefix, Kind.Ping, token);

    /// <summary>8 PONG with the token of the PING it answers.</summary>
    public static int Pong(Span<byte> destination, bool prefix, ReadOnlySpan<byte> token = default) =>
        Token(destination, prefix, Kind.Pong, token);

    /// <summary>Of a PING or a PONG.</summary>
    public static int SizeOfToken(int tokenBytes = 0) => FrontBytes + tokenBytes;

    /// <summary>9 OK.</summary>
    public static int Ok(Span<byte> destination, bool prefix, ulong id, long? receivers = null)
    {
        var writer = Begin(destination, prefix, Kind.Ok, receivers is null ? 2 : 3);
        writer.Unsigned(id);
        if (receivers is not null)
        {
            writer.MapHeader(1);
            Field(ref writer, "receivers"u8, receivers);
        }

        return End(destination, prefix, writer);
    }

    /// <summary>The key with its header takes 10 bytes, its map 1.</summary>
    public const int SizeOfOk = FrontBytes + 2 * MsgPack.LongestInteger + 11;

    /// <summary>10 ERR.</summary>
    public static int Err(Span<byte> destination, bool prefix, string code, string text, ulong? id = null)
    {
        var writer = Begin(destination, prefix, Kind.Err, id is null ? 3 : 4);
        writer.Text(code);
        writer.Text(text);
        if (id is not null)
            writer.Unsigned(id.Value);
        return End(destination, prefix, writer);
    }

    public static int SizeOfErr(string code, string text) => FrontBytes + SizeOf(code) + SizeOf(text) + MsgPack.LongestInteger;

    /// <summary>11 BYE.</summary>
    public static int Bye(
        Span<byte> destination, bool prefix, string reason, long? retryAfterMs = null, IReadOnlyList<string>? addresses = null)
    {
        var hasAddresses = addresses is { Count: > 0 };
        var writer = Begin(destination, prefix, Kind.Bye, hasAddresses ? 4 : retryAfterMs is not null ? 3 : 2);
        writer.Text(reason);
        if (retryAfterMs is not null)
            writer.Integer(retryAfterMs.Value);
        else if (hasAddresses)
            writer.Nil();
        if (hasAddresses)
            writer.Texts(addresses!);
        return End(destination, prefix, writer);
    }

    public static int SizeOfBye(string reason, IReadOnlyList<string>? addresses = null) =>
        FrontBytes + SizeOf(reason) + MsgPack.LongestInteger + SizeOf(addresses ?? []);

    /// <summary>13 RETRY.</summary>
    public static int Retry(Span<byte> destination, bool prefix, ReadOnlySpan<byte> cookie)
    {
        var writer = Begin(destination, prefix, Kind.Retry, 2);
        writer.Binary(cookie);
        return End(destination, prefix, writer);
    }

    public static int SizeOfRetry(int cookieBytes) => FrontBytes + MsgPack.LongestHeader + cookieBytes;

    private static int Token(Span<byte> destination, bool prefix, Kind kind, ReadOnlySpan<byte> token)
    {
        var writer = Begin(destination, prefix, kind, token.IsEmpty ? 1 : 2);
        writer.Raw(token);
        return End(destination, prefix, writer);
    }

    private static void Field(ref MsgPackWriter writer, ReadOnlySpan<byte> key, string? value)
    {
        if (value is null)
            return;
        writer.String(key);
        writer.Text(value);
    }

    private static void Field(ref MsgPackWriter writer, ReadOnlySpan<byte> key, long? value)
    {
        if (value is null)
            return;
        writer.String(key);
        writer.Integer(value.Value);
    }

    private static int Count(object? value) => value is null ? 0 : 1;

    private static int SizeOf(string? text) => text is null ? 0 : MsgPack.LongestHeader + Encoding.UTF8.GetByteCount(text);

    private static int SizeOf(IReadOnlyList<string> texts) => MsgPack.LongestHeader + texts.Sum(SizeOf);
}
