using System.Text;
using Anode.Protocols.Native.Wire;

namespace Anode.Protocols.Nats.Wire;

/// <summary>
/// NATS headers: a version line, <c>Key: value</c> lines, an empty line. Between NATS clients they travel as they came; here they are turned into
/// the map of the native protocol and back.
/// </summary>
/// <remarks>
/// The inline status of the version line (<c>NATS/1.0 503 No Responders</c>) is <c>status</c> and <c>description</c> in the map. What the other
/// side cannot say is made harmless, not dropped: a line break in a value becomes a space, a byte that a key cannot have a <c>_</c>, and
/// text that is not UTF-8 gets U+FFFD.
/// </remarks>
internal static class HeaderBlock
{
    private const string Status = "status", Description = "description";
    private const int StatusDigits = 3;

    private static ReadOnlySpan<byte> Version => "NATS/1.0"u8;

    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    /// <summary>As a native map; empty when there is nothing in it.</summary>
    public static byte[] ToMap(ReadOnlySpan<byte> block)
    {
        var headers = new List<KeyValuePair<string, string>>();
        var first = TakeLine(ref block);
        if (first.StartsWith(Version))
            AddStatus(headers, Encoding.UTF8.GetString(first[Version.Length..]).Trim());
        while (!block.IsEmpty)
        {
            var line = TakeLine(ref block);
            var colon = line.IndexOf((byte)':');
            if (colon > 0)
                headers.Add(new(Encoding.UTF8.GetString(line[..colon]), Encoding.UTF8.GetString(line[(colon + 1)..]).Trim(' ', '\t')));
        }

        return HeaderMap.Build(headers);
    }

    /// <summary>Writes the block for a native map.</summary>
    public static int FromMap(Span<byte> destination, ReadOnlySpan<byte> map)
    {
        Version.CopyTo(destination);
        var at = Version.Length;
        var hasStatus = TryGetStatus(map, out var status);
        if (hasStatus)
        {
            destination[at++] = (byte)' ';
            at += Value(destination[at..], status);
            if (HeaderMap.TryGet(map, "description"u8, out var description) && !description.IsEmpty)
            {
                destination[at++] = (byte)' ';
                at += Value(destination[at..], description);
            }
        }

        at += Copy(destination[at..], LineEnd);
        foreach (var header in HeaderMap.Enumerate(map))
        {
            if (header.Key.IsEmpty || (hasStatus && (header.Key.SequenceEqual("status"u8) || header.Key.SequenceEqual("description"u8))))
                continue;
            foreach (var value in header.Values)
            {
                at += Key(destination[at..], header.Key);
                at += Copy(destination[at..], ": "u8);
                at += Value(destination[at..], value);
                at += Copy(destination[at..], LineEnd);
            }
        }

        return at + Copy(destination[at..], LineEnd);
    }

    /// <summary>Room for <see cref="FromMap"/>: each value stands on a line of its own, with its key again.</summary>
    public static int SizeOfFromMap(ReadOnlySpan<byte> map)
    {
        var size = Version.Length + 2 + 2 * LineEnd.Length;
        foreach (var header in HeaderMap.Enumerate(map))
        {
            foreach (var value in header.Values)
                size += header.Key.Length + 2 + value.Length + LineEnd.Length;
        }

        return size;
    }

    private static void AddStatus(List<KeyValuePair<string, string>> headers, string inline)
    {
        if (inline.Length == 0)
            return;
        var blank = inline.IndexOf(' ');
        headers.Add(new(Status, blank < 0 ? inline : inline[..blank]));
        if (blank >= 0)
            headers.Add(new(Description, inline[blank..].Trim()));
    }

    /// <summary>Only what clients would read as one: three digits.</summary>
    private static bool TryGetStatus(ReadOnlySpan<byte> map, out ReadOnlySpan<byte> status) =>
        HeaderMap.TryGet(map, "status"u8, out status) && status.Length == StatusDigits && status.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> block)
    {
        var end = block.IndexOf((byte)'\n');
        var line = end < 0 ? block : block[..end];
        block = end < 0 ? default : block[(end + 1)..];
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }

    private static int Key(Span<byte> destination, ReadOnlySpan<byte> key)
    {
        for (var i = 0; i < key.Length; i++)
            destination[i] = key[i] is <= (byte)' ' or (byte)':' or 0x7f ? (byte)'_' : key[i];
        return key.Length;
    }

    private static int Value(Span<byte> destination, ReadOnlySpan<byte> value)
    {
        for (var i = 0; i < value.Length; i++)
            destination[i] = value[i] is (byte)'\r' or (byte)'\n' ? (byte)' ' : value[i];
        return value.Length;
    }

    private static int Copy(Span<byte> destination, ReadOnlySpan<byte> text)
    {
        text.CopyTo(destination);
        return text.Length;
    }
}
