using System.Buffers;
using System.Text;

namespace Anode.Routing;

/// <summary>
/// The rules for subjects and filters, over their UTF-8 bytes: tokens joined by <c>.</c>, 1–255 bytes, no white space or
/// control characters, no empty token. In a filter a token <c>*</c> stands for exactly one token and a last token
/// <c>&gt;</c> for one or more.
/// </summary>
/// <remarks>
/// A wildcard is a wildcard only as a whole token: <c>a*b</c> and <c>foo&gt;</c> are ordinary literals, as in nats-server
/// (server/sublist.go, <c>IsValidSubject</c>), and NATS clients rely on it.
/// </remarks>
internal static class Subject
{
    /// <summary>Longest subject or filter in bytes; so at most 128 tokens: 128 of one byte and 127 dots.</summary>
    public const int MaxBytes = 255;

    public const byte Separator = (byte)'.';

    private const byte OneToken = (byte)'*';
    private const byte Tail = (byte)'>';

    /// <summary>Whether one can publish to it: a valid text without wildcards.</summary>
    public static bool IsSubject(ReadOnlySpan<byte> text) =>
        IsText(text) && (text.IndexOfAny(OneToken, Tail) < 0 || !HasWildcard(text));

    /// <summary>Whether one can subscribe to it: a subject, or a pattern whose <c>&gt;</c>, if any, comes last.</summary>
    public static bool IsFilter(ReadOnlySpan<byte> text) =>
        IsText(text) && (text.IndexOf(Tail) < 0 || !HasTailBeforeEnd(text));

    /// <summary>Whether <paramref name="subject"/> belongs to <paramref name="filter"/>; both must be valid.</summary>
    public static bool Matches(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> subject)
    {
        for (; ; )
        {
            var wanted = TakeToken(ref filter, out var filterEnds);
            if (filterEnds && IsTail(wanted))
                return true;
            var token = TakeToken(ref subject, out var subjectEnds);
            if (!IsOneToken(wanted) && !wanted.SequenceEqual(token))
                return false;
            if (filterEnds || subjectEnds)
                return filterEnds && subjectEnds;
        }
    }

    /// <summary>Whether the name space belongs to the node: everything that starts with <c>$</c>, and <c>_inbox</c>.</summary>
    public static bool IsReserved(ReadOnlySpan<byte> text) =>
        text.StartsWith("$"u8) || TakeToken(ref text, out _).SequenceEqual("_inbox"u8);

    internal static bool IsOneToken(ReadOnlySpan<byte> token) => token.Length == 1 && token[0] == OneToken;

    internal static bool IsTail(ReadOnlySpan<byte> token) => token.Length == 1 && token[0] == Tail;

    private static bool IsText(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > MaxBytes || text[0] == Separator || text[^1] == Separator || text.IndexOf(".."u8) >= 0)
            return false;
        // One vectorised pass settles every printable ASCII subject, which is nearly all of them.
        var odd = text.IndexOfAnyExceptInRange((byte)'!', (byte)'~');
        return odd < 0 || IsPrintable(text[odd..]);
    }

    // White space and control by Unicode's own tables: U+00A0, U+2028 and the C1 controls are refused along with TAB and DEL,
    // so that a subject can be written into a NATS control line, a log line or a terminal without being misread there.
    private static bool IsPrintable(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(text, out var rune, out var length) != OperationStatus.Done
                || Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
                return false;
            text = text[length..];
        }

        return true;
    }

    private static bool HasWildcard(ReadOnlySpan<byte> text)
    {
        for (var ends = false; !ends;)
        {
            var token = TakeToken(ref text, out ends);
            if (IsOneToken(token) || IsTail(token))
                return true;
        }

        return false;
    }

    private static bool HasTailBeforeEnd(ReadOnlySpan<byte> text)
    {
        for (var ends = false; !ends;)
        {
            if (IsTail(TakeToken(ref text, out ends)) && !ends)
                return true;
        }

        return false;
    }

    private static ReadOnlySpan<byte> TakeToken(ref ReadOnlySpan<byte> text, out bool ends)
    {
        var dot = text.IndexOf(Separator);
        ends = dot < 0;
        var token = ends ? text : text[..dot];
        text = ends ? default : text[(dot + 1)..];
        return token;
    }
}
