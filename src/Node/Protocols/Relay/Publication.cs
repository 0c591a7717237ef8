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

    /// <summary>A raw MessagePack map; empty: none, or only as <see cref="HeaderBlock"/>.</summary>
    public ReadOnlySpan<byte> Headers;

    /// <summary>The same headers as NATS writes them; empty: none, or only as <see cref="Headers"/>.</summary>
    public ReadOnlySpan<byte> HeaderBlock;

    /// <summary>The payload came as <c>str</c> and is passed on as it is.</summary>
    public bool PayloadIsString;

    /// <summary>Where the payload lies, if it lies in a slab: large ones are passed on from there.</summary>
    public Slab? PayloadSlab;

    public int PayloadOffset;

    /// <summary>CR LF stands behind the payload in its slab.</summary>
    public bool PayloadEndsLine;

    /// <summary>In a run: from one message to the next where they lie.</summary>
    public int Stride;

    /// <summary>Null while there is no native frame.</summary>
    public Slab? FrameSlab;

    public int FrameOffset;

    public int FrameLength;

    /// <summary>Its NATS form for the subscription number <see cref="TextSid"/>, once there is one: others with that number get the same bytes.</summary>
    public Slab? TextSlab;

    public int TextOffset;

    public int TextLength;

    public long TextSid;

    /// <summary>Headers in that form; 0 for a destination that takes none.</summary>
    public int TextHeaderBytes;

    /// <summary>The message <paramref name="number"/> places behind this one, in a run of messages alike in all but the bytes of their payloads.</summary>
    public readonly Publication InRun(int number)
    {
        var other = this;
        other.PayloadOffset += number * Stride;
        other.Payload = PayloadSlab!.Buffer.AsSpan(other.PayloadOffset, Payload.Length);
        // As its source sent it; what was encoded for the run is used whole or not at all.
        if (FrameSlab == PayloadSlab)
            other.FrameOffset += number * Stride;
        else
            other.FrameSlab = null;
        other.TextSlab = null;
        return other;
    }
}
