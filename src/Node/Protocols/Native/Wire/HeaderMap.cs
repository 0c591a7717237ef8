using System.Text;

namespace Anode.Protocols.Native.Wire;

/// <summary>
/// Headers as they travel: one encoded map of <c>str</c> to <c>str</c> or to an array of <c>str</c>. They are looked at in
/// place and passed on as bytes.
/// </summary>
internal static class HeaderMap
{
    /// <summary><c>{status: "503"}</c>: nobody is subscribed.</summary>
    public static ReadOnlySpan<byte> NoResponders =>
    [
        MsgPack.FixMap | 1,
        MsgPack.FixStr | 6, (byte)'s', (byte)'t', (byte)'a', (byte)'t', (byte)'u', (byte)'s',
        MsgPack.FixStr | 3, (byte)'5', (byte)'0', (byte)'3',
    ];

    /// <summary>Steps over a map that is headers in form and in UTF-8; does not move when it is not.</summary>
    public static bool TryRead(ref MsgPackCursor cursor, out Slice headers)
    {
        headers = default;
        var ahead = cursor;
        if (!ahead.TryReadMapHeader(out var pairs))
            return false;
        for (; pairs > 0; pairs--)
        {
            if (!ahead.TryReadUtf8(out _))
                return false;
            if (ahead.TryReadUtf8(out _))
                continue;
            if (!ahead.TryReadArrayHeader(out var values))
                return false;
            for (; values > 0; values--)
            {
                if (!ahead.TryReadUtf8(out _))
                    return false;
            }
        }

        headers = new Slice(cursor.Offset, ahead.Offset - cursor.Offset);
        cursor = ahead;
        return true;
    }

    /// <summary>Key by key: <c>foreach (var header in HeaderMap.Enumerate(raw))</c>, then over its values.</summary>
    /// <param name="raw">Headers of a parsed frame, or nothing. On other bytes the enumeration ends early.</param>
    public static HeaderEnumerator Enumerate(ReadOnlySpan<byte> raw) => new(raw);

    /// <summary>The first value of a key; keys differ by case.</summary>
    public static bool TryGet(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        foreach (var header in Enumerate(raw))
        {
            if (!header.Key.SequenceEqual(key))
                continue;
            foreach (var first in header.Values)
            {
                value = first;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>
    /// Encodes headers; a key given more than once gets an array, in the order given. No headers are no bytes.
    /// </summary>
    public static byte[] Build(IEnumerable<KeyValuePair<string, string>> headers)
    {
        var keys = new List<(string Key, List<string> Values)>();
        var at = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (key, value) in headers)
        {
            if (at.TryAdd(key, keys.Count))
                keys.Add((key, []));
            keys[at[key]].Values.Add(value);
        }

        if (keys.Count == 0)
            return [];
        var size = MsgPack.LongestHeader;
        foreach (var (key, values) in keys)
            size += SizeOf(key) + MsgPack.LongestHeader + values.Sum(SizeOf);
        var raw = new byte[size];
        var writer = new MsgPackWriter(raw);
        writer.MapHeader(keys.Count);
        foreach (var (key, values) in keys)
        {
            writer.Text(key);
            if (values is [var only])
                writer.Text(only);
            else
                writer.Texts(values);
        }

        return raw[..writer.Position];
    }

    private static int SizeOf(string text) => MsgPack.LongestHeader + Encoding.UTF8.GetByteCount(text);
}

/// <summary>One key and its values, as ranges of the raw headers.</summary>
internal readonly ref struct Header(ReadOnlySpan<byte> key, HeaderValues values)
{
    public ReadOnlySpan<byte> Key { get; } = key;

    /// <summary>One for a plain string; an array may have none.</summary>
    public HeaderValues Values { get; } = values;
}

/// <summary>Steps through raw headers.</summary>
internal ref struct HeaderEnumerator
{
    private readonly ReadOnlySpan<byte> _raw;
    private MsgPackCursor _cursor;
    private int _left;

    public HeaderEnumerator(ReadOnlySpan<byte> raw)
    {
        _raw = raw;
        _cursor = new MsgPackCursor(raw);
        _cursor.TryReadMapHeader(out _left);
    }

    public Header Current { get; private set; }

    public readonly HeaderEnumerator GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_left == 0 || !_cursor.TryReadString(out var key))
            return false;
        _left--;
        var start = _cursor.Offset;
        var count = 1;
        if (_cursor.TryReadArrayHeader(out var values))
        {
            count = values;
            start = _cursor.Offset;
            for (; values > 0; values--)
            {
                if (!_cursor.TryReadString(out _))
                    return false;
            }
        }
        else if (!_cursor.TryReadString(out _))
        {
            return false;
        }

        Current = new Header(key.Of(_raw), new HeaderValues(_raw[start.._cursor.Offset], count));
        return true;
    }
}

/// <summary>Steps through the values of one header.</summary>
internal ref struct HeaderValues(ReadOnlySpan<byte> raw, int count)
{
    private readonly ReadOnlySpan<byte> _raw = raw;
    private MsgPackCursor _cursor = new(raw);
    private int _left = count;

    public ReadOnlySpan<byte> Current { get; private set; }

    public readonly int Count => _left;

    public readonly HeaderValues GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_left == 0 || !_cursor.TryReadString(out var value))
            return false;
        _left--;
        Current = value.Of(_raw);
        return true;
    }
}
