using System.Text;

namespace Anode.Protocols.Nats.Wire;

/// <summary>The server's half of the NATS protocol, from meaning to bytes: each method writes to the front of a span and returns the length.</summary>
/// <remarks>The caller makes room by the <c>SizeOf…</c> of the same name, an upper bound.</remarks>
internal static class NatsWriter
{
    /// <summary>Digits of any length, sid or size.</summary>
    public const int MaxDigits = 20;

    private const int FrontBytes = 5, Blanks = 5, LineEnd = 2;

    public static ReadOnlySpan<byte> Ok => "+OK\r\n"u8;

    public static ReadOnlySpan<byte> Ping => "PING\r\n"u8;

    public static ReadOnlySpan<byte> Pong => "PONG\r\n"u8;

    public static ReadOnlySpan<byte> EndOfLine => "\r\n"u8;

    /// <summary>Headers that say: nobody is subscribed.</summary>
    public static ReadOnlySpan<byte> NoResponders => "NATS/1.0 503\r\n\r\n"u8;

    /// <summary>MSG &lt;subject&gt; &lt;sid&gt; [reply-to] &lt;#bytes&gt;␍␊, without the payload behind it.</summary>
    public static int MsgLine(Span<byte> destination, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> sid, ReadOnlySpan<byte> reply, int payloadBytes)
    {
        "MSG "u8.CopyTo(destination);
        var at = Words(destination, 4, subject, sid, reply);
        at += Digits(destination[at..], payloadBytes);
        return End(destination, at);
    }

    /// <summary>HMSG &lt;subject&gt; &lt;sid&gt; [reply-to] &lt;#header bytes&gt; &lt;#total bytes&gt;␍␊, without what stands behind it.</summary>
    public static int HMsgLine(
        Span<byte> destination, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> sid, ReadOnlySpan<byte> reply, int headerBytes, int payloadBytes)
    {
        "HMSG "u8.CopyTo(destination);
        var at = Words(destination, 5, subject, sid, reply);
        at += Digits(destination[at..], headerBytes);
        destination[at++] = (byte)' ';
        at += Digits(destination[at..], headerBytes + payloadBytes);
        return End(destination, at);
    }

    public static int SizeOfLine(int subjectBytes, int sidBytes, int replyBytes) =>
        FrontBytes + subjectBytes + sidBytes + replyBytes + (2 * MaxDigits) + Blanks + LineEnd;

    /// <summary>-ERR '&lt;text&gt;'␍␊</summary>
    public static int Err(Span<byte> destination, string text)
    {
        "-ERR '"u8.CopyTo(destination);
        var at = 6 + Encoding.UTF8.GetBytes(text, destination[6..]);
        destination[at++] = (byte)'\'';
        return End(destination, at);
    }

    public static int SizeOfErr(string text) => 7 + LineEnd + Encoding.UTF8.GetByteCount(text);

    /// <summary>A number in decimal.</summary>
    public static int Digits(Span<byte> destination, long value)
    {
        if (value is >= 0 and < 10)
        {
            destination[0] = (byte)('0' + value);
            return 1;
        }

        return value.TryFormat(destination, out var written, default, null) ? written : throw new ArgumentException("no room for the digits", nameof(destination));
    }

    private static int Words(Span<byte> destination, int at, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> sid, ReadOnlySpan<byte> reply)
    {
        subject.CopyTo(destination[at..]);
        at += subject.Length;
        destination[at++] = (byte)' ';
        sid.CopyTo(destination[at..]);
        at += sid.Length;
        destination[at++] = (byte)' ';
        if (reply.IsEmpty)
            return at;
        reply.CopyTo(destination[at..]);
        at += reply.Length;
        destination[at++] = (byte)' ';
        return at;
    }

    private static int End(Span<byte> destination, int at)
    {
        destination[at] = (byte)'\r';
        destination[at + 1] = (byte)'\n';
        return at + 2;
    }
}
