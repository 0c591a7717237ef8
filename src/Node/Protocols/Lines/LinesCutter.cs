using Anode.Sockets;

namespace Anode.Protocols.Lines;

/// <summary>Lines: each is a message.</summary>
internal sealed class LinesCutter : IFrameCutter
{
    public static readonly LinesCutter Instance = new();

    public int LengthOf(ReadOnlySpan<byte> bytes, out bool isMessage)
    {
        isMessage = true;
        return bytes.IndexOf((byte)'\n') + 1;
    }
}
