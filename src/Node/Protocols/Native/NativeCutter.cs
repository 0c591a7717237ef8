using System.Buffers.Binary;
using Anode.Protocols.Native.Wire;
using Anode.Sockets;

namespace Anode.Protocols.Native;

/// <summary>Frames of a native stream: a length and so many bytes.</summary>
internal sealed class NativeCutter : IFrameCutter
{
    public static readonly NativeCutter Instance = new();

    private const int LongestBytes = 256 * 1024 * 1024;

    public int LengthOf(ReadOnlySpan<byte> bytes, out bool isMessage)
    {
        isMessage = false;
        if (bytes.Length < Framing.PrefixBytes)
            return 0;
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (length > LongestBytes)
            return -1;
        var whole = Framing.PrefixBytes + (int)length;
        if (bytes.Length < whole)
            return 0;
        isMessage = BodyReader.TryReadKind(bytes[Framing.PrefixBytes..whole], out _, out var kind, out _)
            && kind is (long)Kind.Msg or (long)Kind.To or (long)Kind.Put or (long)Kind.Ok;
        return whole;
    }
}
