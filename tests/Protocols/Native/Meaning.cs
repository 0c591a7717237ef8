using System.Text;
using Anode.Protocols.Native.Wire;
using MessagePack;

namespace Anode.Tests.Protocols.Native;

/// <summary>
/// What a body says, as a line of text, or why it is refused. Reads it the way both sides do and looks into every range that
/// a parse hands out, so two encodings of the same thing have one meaning and a range out of bounds cannot stay unseen.
/// </summary>
internal static class Meaning
{
    public const string Refused = "refused: ";

    public static string Of(ReadOnlySpan<byte> body)
    {
        if (!BodyReader.TryReadKind(body, out var items, out var kind, out var at))
            return Refused + ParseError.NoKind;
        var (error, meaning) = kind is >= 1 and <= 13 ? OfKnown((Kind)kind, body, items, at) : OfUnknown(kind, body, items, at);
        return error.IsOk ? meaning : Refused + error;
    }

    private static (ParseError Error, string Meaning) OfUnknown(long kind, ReadOnlySpan<byte> body, int items, int at) =>
        (BodyReader.ReadUnknown(body, items, at), $"unknown kind {kind}");

    private static (ParseError Error, string Meaning) OfKnown(Kind kind, ReadOnlySpan<byte> body, int items, int at)
    {
        ParseError error;
        switch (kind)
        {
            case Kind.Hello:
                error = BodyReader.ReadHello(body, items, at, out var hello);
                return (error, $"{hello} token '{hello?.Token}' password '{hello?.Password}' echo {hello?.Echo} "
                    + $"cookie {Hex(hello?.Cookie)} heartbeat {hello?.HeartbeatMs}");
            case Kind.Welcome:
                error = BodyReader.ReadWelcome(body, items, at, out var welcome);
                return (error, $"{welcome} [{string.Join(" ", welcome?.Addresses ?? [])}]");
            case Kind.Msg:
                error = BodyReader.ReadMsg(body, items, at, out var msg);
                return (error, error.IsOk ? "MSG " + OfMessage(body, msg) : "");
            case Kind.Sub:
                error = BodyReader.ReadSub(body, items, at, out var sub);
                return (error, $"SUB {sub.Sid} {Hex(sub.Filter.Of(body))} {sub.HasQueue} {Hex(sub.Queue.Of(body))} {sub.Max}");
            case Kind.Unsub:
                error = BodyReader.ReadUnsub(body, items, at, out var unsub);
                return (error, $"UNSUB {unsub.Sid} {unsub.Max}");
            case Kind.To:
                error = BodyReader.ReadTo(body, items, at, out var sid, out var to);
                return (error, error.IsOk ? $"TO {sid} " + OfMessage(body, to) : "");
            case Kind.Ping or Kind.Pong:
                error = BodyReader.ReadToken(body, items, at, out var token);
                return (error, $"{kind} {(token.IsEmpty ? "" : OfAny(token.Of(body)))}");
            case Kind.Ok:
                error = BodyReader.ReadOk(body, items, at, out var ok);
                return (error, $"{ok}");
            case Kind.Err:
                error = BodyReader.ReadErr(body, items, at, out var err);
                return (error, $"{err}");
            case Kind.Bye:
                error = BodyReader.ReadBye(body, items, at, out var bye);
                return (error, $"BYE {bye?.Reason} {bye?.RetryAfterMs} [{string.Join(" ", bye?.Addresses ?? [])}]");
            case Kind.Put:
                error = BodyReader.ReadPut(body, items, at, out var put);
                return (error, error.IsOk ? $"PUT {put.Id} " + OfMessage(body, put) : "");
            default:
                error = BodyReader.ReadRetry(body, items, at, out var retry);
                return (error, $"RETRY {Hex(retry?.Cookie)}");
        }
    }

    public static string OfMessage(ReadOnlySpan<byte> body, in MsgView view)
    {
        var text = new StringBuilder();
        text.Append($"{Hex(view.Subject.Of(body))} {(view.PayloadIsString ? "str" : "bin")} {Hex(view.Payload.Of(body))}");
        text.Append(view.HasReply ? $" reply {Hex(view.Reply.Of(body))}" : " no reply");
        foreach (var header in HeaderMap.Enumerate(view.Headers.Of(body)))
        {
            text.Append($" {Encoding.UTF8.GetString(header.Key)}=[");
            foreach (var value in header.Values)
                text.Append($"{Encoding.UTF8.GetString(value)},");
            text.Append(']');
        }

        return text.ToString();
    }

    /// <summary>
    /// A token is echoed as it came, so tokens of one meaning differ in bytes; the library sees them equal. It cannot print
    /// everything (a timestamp of odd size, a map key that is a map): such a token is its bytes.
    /// </summary>
    private static string OfAny(ReadOnlySpan<byte> encoded)
    {
        try
        {
            return MessagePackSerializer.ConvertToJson(encoded.ToArray());
        }
        catch (MessagePackSerializationException)
        {
            return Hex(encoded);
        }
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);
}
