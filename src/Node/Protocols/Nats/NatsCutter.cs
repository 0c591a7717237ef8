using System.Buffers.Text;
using Anode.Sockets;

namespace Anode.Protocols.Nats;

/// <summary>Operations of the NATS protocol, in both directions: a line, and for those that carry a message as many bytes as its last number says.</summary>
internal sealed class NatsCutter : IFrameCutter
{
    public static readonly NatsCutter Instance = new();

    // INFO may list many addresses; a longer line is none.
    private const int LongestLine = 64 * 1024, LongestPayload = 256 * 1024 * 1024;

    public int LengthOf(ReadOnlySpan<byte> bytes, out bool isMessage)
    {
        isMessage = false;
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0)
            return bytes.Length > LongestLine ? -1 : 0;
        var line = bytes[..end].TrimEnd("\r \t"u8);
        if (!CarriesMessage(line))
            return end + 1;
        isMessage = true;
        var number = line[(line.LastIndexOfAny((byte)' ', (byte)'\t') + 1)..];
        if (!Utf8Parser.TryParse(number, out int size, out var digits) || digits != number.Length || size is < 0 or > LongestPayload)
            return -1;
        var whole = end + 1 + size + 2;
        return bytes.Length < whole ? 0 : whole;
    }

    private static bool CarriesMessage(ReadOnlySpan<byte> line)
    {
        var verb = line.IndexOfAny((byte)' ', (byte)'\t');
        if (verb is not (3 or 4))
            return false;
        Span<byte> upper = stackalloc byte[4];
        for (var i = 0; i < verb; i++)
            upper[i] = (byte)(line[i] & ~0x20);
        var name = upper[..verb];
        return name.SequenceEqual("PUB"u8) || name.SequenceEqual("MSG"u8) || name.SequenceEqual("HPUB"u8) || name.SequenceEqual("HMSG"u8);
    }
}
