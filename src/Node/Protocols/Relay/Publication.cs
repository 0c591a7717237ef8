using Anode.Sockets;

namespace Anode.Protocols.Relay;

/// <summary>
/// One message on its way, as its source read it; valid during the call that delivers it. The frame is its native MSG form with the
/// length prefix: a native source already has it, for any other it is encoded at most once, when the first native destination asks.
/// </summary>
internal ref struct Publication
{
    public ReadOnlySpan<byte> Subject;

    public ReadOnlySpan<byte> Payload;

    /// <summary>Empty: no answer wanted.</summary>
    public ReadOnlySpan<byte> Reply;

    /// <summary>A raw MessagePack map; empty: none.</summary>
    public ReadOnlySpan<byte> Headers;

    /// <summary>The payload came as <c>str</c> and is passed on as it is.</summary>
    public bool PayloadIsString;

    /// <summary>Null while there is no native frame.</summary>
    public Slab? FrameSlab;

    public int FrameOffset;

    public int FrameLength;

    /// <summary>The message <paramref name="number"/> frames behind this one, in a run of frames alike in all but the bytes of their payloads.</summary>
    public readonly Publication InRun(int number)
    {
        var other = this;
        other.FrameOffset += number * FrameLength;
        other.Payload = FrameSlab!.Buffer.AsSpan(other.FrameOffset + FrameLength - Payload.Length, Payload.Length);
        return other;
    }
}
