using System.Runtime.InteropServices;

namespace Anode.Routing;

/// <summary>A subject or filter cut into tokens, each with its hash, in buffers on its owner's stack.</summary>
internal readonly ref struct Tokens
{
    /// <summary>The most there can be: <see cref="Subject.MaxBytes"/> bytes are 128 one-byte tokens and 127 dots.</summary>
    public const int MaxCount = (Subject.MaxBytes + 1) / 2;

    private readonly ReadOnlySpan<byte> _text;
    private readonly ReadOnlySpan<byte> _ends;
    private readonly ReadOnlySpan<uint> _hashes;

    /// <param name="text">What to cut. Text that is too long or has an empty token has no tokens at all.</param>
    /// <param name="ends">Room for <see cref="MaxCount"/> offsets; a byte is enough for 255.</param>
    /// <param name="hashes">Room for <see cref="MaxCount"/> hashes.</param>
    public Tokens(ReadOnlySpan<byte> text, Span<byte> ends, Span<uint> hashes)
    {
        if (text.Length > Subject.MaxBytes)
            return;
        var count = 0;
        for (var start = 0; ; start = ends[count++] + 1)
        {
            var rest = text[start..];
            var length = rest.IndexOf(Subject.Separator);
            var token = length < 0 ? rest : rest[..length];
            if (token.IsEmpty)
                return;
            ends[count] = (byte)(start + token.Length);
            hashes[count] = Hash(token);
            if (length < 0)
                break;
        }

        _text = text;
        _ends = ends[..(count + 1)];
        _hashes = hashes;
    }

    public int Count => _ends.Length;

    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            var start = index == 0 ? 0 : _ends[index - 1] + 1;
            return _text[start.._ends[index]];
        }
    }

    public uint HashOf(int index) => _hashes[index];

    /// <summary>A hash no client can aim at, seeded at random in every process.</summary>
    /// <remarks>
    /// Tokens come from strangers, and a million that collide would make one list of the index. A seed alone does not help:
    /// against fast hashes there are collisions that hold for every seed (Aumasson and Bernstein, "Hash-flooding DoS
    /// reloaded", 2012). The platform's answer is Marvin, which <see cref="string.GetHashCode(ReadOnlySpan{char})"/> offers
    /// for pairs of bytes; the odd byte at the end is mixed in afterwards, on top of bits that are already unknown.
    /// </remarks>
    internal static uint Hash(ReadOnlySpan<byte> token)
    {
        var hash = (uint)string.GetHashCode(MemoryMarshal.Cast<byte, char>(token));
        return (token.Length & 1) == 0 ? hash : (hash * 31) + token[^1];
    }
}
