using System.Text;

namespace Anode.Protocols.Native.Wire;

/// <summary>The methods that allocate: for session frames, never for messages.</summary>
internal ref partial struct MsgPackCursor
{
    /// <summary>A string that is UTF-8, decoded.</summary>
    public bool TryReadText(out string value)
    {
        var read = TryReadUtf8(out var slice);
        value = read ? Encoding.UTF8.GetString(slice.Of(_bytes)) : "";
        return read;
    }

    /// <summary>A string or nil.</summary>
    public bool TryReadOptional(out string? value)
    {
        value = null;
        return TryReadNil() || TryReadText(out value);
    }

    /// <summary>A non-negative integer or nil.</summary>
    public bool TryReadOptional(out long? value)
    {
        value = null;
        if (TryReadNil())
            return true;
        var read = TryReadNatural(out var number);
        value = read ? number : null;
        return read;
    }

    /// <summary>An unsigned integer or nil.</summary>
    public bool TryReadOptional(out ulong? value)
    {
        value = null;
        if (TryReadNil())
            return true;
        var read = TryReadUnsigned(out var number);
        value = read ? number : null;
        return read;
    }

    /// <summary>A boolean or nil.</summary>
    public bool TryReadOptional(out bool? value)
    {
        value = null;
        if (TryReadNil())
            return true;
        var read = TryReadBool(out var flag);
        value = read ? flag : null;
        return read;
    }

    /// <summary>A copy of a binary value, or nil.</summary>
    public bool TryReadOptional(out byte[]? value)
    {
        value = null;
        if (TryReadNil())
            return true;
        var read = TryReadBinary(out var slice);
        value = read ? slice.Of(_bytes).ToArray() : null;
        return read;
    }

    /// <summary>An array of strings or nil. The list grows with the strings there are, not with the count announced.</summary>
    public bool TryReadOptional(out IReadOnlyList<string>? value)
    {
        value = null;
        if (TryReadNil())
            return true;
        var start = _offset;
        if (!TryReadArrayHeader(out var count))
            return false;
        var texts = new List<string>();
        for (; count > 0; count--)
        {
            if (!TryReadText(out var text))
            {
                _offset = start;
                return false;
            }

            texts.Add(text);
        }

        value = texts;
        return true;
    }
}
