using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Anode.Cli.Client;

namespace Anode.Cli.Bench.Wire;

/// <summary>The NATS client protocol (docs.nats.io, reference/nats-protocol).</summary>
internal sealed class NatsFormat : WireFormat
{
    private const int LongestInteger = 10;
    private const int LongestLine = 64 * 1024;

    public override string Name => "nats";

    public override bool GreetsFirst => true;

    /// <summary>CONNECT is not answered; the PING behind it is.</summary>
    public override PieceKind EndOfHandshake => PieceKind.Pong;

    public override ReadOnlySpan<byte> Ping => "PING\r\n"u8;

    public override byte[] Hello(Role role, Credentials credentials)
    {
        using var options = new MemoryStream();
        using (var json = new Utf8JsonWriter(options))
        {
            json.WriteStartObject();
            json.WriteBoolean("verbose", false);
            json.WriteBoolean("pedantic", false);
            json.WriteBoolean("headers", true);
            json.WriteBoolean("no_responders", true);
            json.WriteString("name", "anode bench");
            json.WriteString("lang", "anode");
            json.WriteString("version", "1");
            json.WriteNumber("protocol", 1);
            WriteIf(json, "auth_token", credentials.Token);
            WriteIf(json, "user", credentials.User);
            WriteIf(json, "pass", credentials.Password);
            json.WriteEndObject();
        }

        return [.. "CONNECT "u8, .. options.ToArray(), .. "\r\nPING\r\n"u8];
    }

    public override byte[] Subscribe(long sid, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> queue)
    {
        ReadOnlySpan<byte> group = queue.IsEmpty ? [] : [.. queue, (byte)' '];
        return [.. "SUB "u8, .. subject, (byte)' ', .. group, .. Encoding.ASCII.GetBytes(sid.ToString(CultureInfo.InvariantCulture)), .. "\r\n"u8];
    }

    public override byte[] Unsubscribe(long sid) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"UNSUB {sid}\r\n"));

    public override byte[] Pong(ReadOnlySpan<byte> ping) => "PONG\r\n"u8.ToArray();

    public override int SizeOf(int subjectBytes, int payloadBytes, int replyBytes) =>
        checked("PUB  \r\n\r\n".Length + 1 + subjectBytes + replyBytes + LongestInteger + payloadBytes);

    public override int Write(
        Span<byte> room, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> reply, out int payloadOffset)
    {
        var at = Append(room, 0, "PUB "u8);
        at = Append(room, at, subject);
        at = Append(room, at, " "u8);
        if (!reply.IsEmpty)
        {
            at = Append(room, at, reply);
            at = Append(room, at, " "u8);
        }

        Utf8Formatter.TryFormat(payload.Length, room[at..], out var digits);
        payloadOffset = Append(room, at + digits, "\r\n"u8);
        at = Append(room, payloadOffset, payload);
        return Append(room, at, "\r\n"u8);
    }

    public override string InboxOf(string greeting, string own) => $"_INBOX.{own}.1";

    public override byte[] SubscribeInbox(string inbox) => Subscribe(1, Encoding.ASCII.GetBytes(inbox), default);

    public override Piece Parse(ReadOnlySpan<byte> window)
    {
        var newline = window.IndexOf((byte)'\n');
        if (newline < 0)
            return window.Length <= LongestLine ? Piece.Incomplete : throw Nonsense("a line without end");
        var line = window[..newline].TrimEnd((byte)'\r');
        var after = newline + 1;
        var verb = Token(line, 0, out var next);
        if (Is(verb, "MSG"u8))
            return Message(window, line, next, after, headers: false);
        if (Is(verb, "HMSG"u8))
            return Message(window, line, next, after, headers: true);
        if (Is(verb, "PING"u8))
            return new Piece(PieceKind.Ping, after);
        if (Is(verb, "PONG"u8))
            return new Piece(PieceKind.Pong, after);
        if (Is(verb, "INFO"u8))
            return new Piece(PieceKind.Greeting, after);
        if (Is(verb, "+OK"u8))
            return new Piece(PieceKind.Other, after);
        if (Is(verb, "-ERR"u8))
            return new Piece(PieceKind.Refusal, after) { Text = Encoding.UTF8.GetString(line[next..]).Trim(' ', '\t', '\'') };
        throw Nonsense($"'{Encoding.UTF8.GetString(line[..Math.Min(line.Length, 40)])}'");
    }

    /// <summary><c>MSG subject sid [reply] #bytes</c>, <c>HMSG subject sid [reply] #header #bytes</c>.</summary>
    private static Piece Message(ReadOnlySpan<byte> window, ReadOnlySpan<byte> line, int at, int after, bool headers)
    {
        Span<Range> tokens = stackalloc Range[6];
        var count = 0;
        for (; count < tokens.Length; count++)
        {
            var token = Token(line, at, out var next);
            if (token.IsEmpty)
                break;
            tokens[count] = (next - token.Length)..next;
            at = next;
        }

        var numbers = headers ? 2 : 1;
        var hasReply = count == numbers + 3;
        var header = 0;
        if ((!hasReply && count != numbers + 2)
            || !TryNumber(line[tokens[count - 1]], out var total)
            || (headers && !(TryNumber(line[tokens[count - 2]], out header) && header <= total)))
            throw Nonsense($"'{Encoding.UTF8.GetString(line[..Math.Min(line.Length, 100)])}'");
        if (window.Length < after + total + 2)
            return Piece.Incomplete;
        if (window[after + total] != '\r' || window[after + total + 1] != '\n')
            throw Nonsense("a payload without its end");
        return new Piece(PieceKind.Message, after + total + 2)
        {
            PayloadOffset = after + header,
            PayloadLength = total - header,
            ReplyOffset = hasReply ? tokens[2].Start.Value : 0,
            ReplyLength = hasReply ? tokens[2].End.Value - tokens[2].Start.Value : 0,
            IsNoResponders = headers && total == header && window.Slice(after, header).StartsWith("NATS/1.0 503"u8),
        };
    }

    /// <summary>The next run of letters that are no white space; empty at the end.</summary>
    private static ReadOnlySpan<byte> Token(ReadOnlySpan<byte> line, int at, out int next)
    {
        while (at < line.Length && line[at] is (byte)' ' or (byte)'\t')
            at++;
        next = at;
        while (next < line.Length && line[next] is not ((byte)' ' or (byte)'\t'))
            next++;
        return line[at..next];
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, out int number) =>
        Utf8Parser.TryParse(text, out number, out var used) && used == text.Length && number is >= 0 and <= Input.MaxBytes;

    private static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<byte> verb) => Ascii.EqualsIgnoreCase(word, verb);

    private static int Append(Span<byte> room, int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(room[at..]);
        return at + bytes.Length;
    }

    private static void WriteIf(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    private static IOException Nonsense(string what) => new($"what came is not the NATS protocol: {what}");
}
