using System.Buffers.Binary;

namespace Anode.Protocols.Native.Wire;

/// <summary>What the front of a stream's receive window holds.</summary>
internal enum FrameResult
{
    /// <summary>A whole frame.</summary>
    Complete = 0,
    /// <summary>The start of a frame that may become whole.</summary>
    Incomplete = 1,
    /// <summary>A frame without a body: bad-frame.</summary>
    Empty = 2,
    /// <summary>A body longer than allowed: frame-too-large, however little of it has come.</summary>
    TooLarge = 3,
}

/// <summary>Stream framing: <c>uint32</c> big-endian length, then that many bytes of body. Datagrams have no prefix.</summary>
internal static class Framing
{
    public const int PrefixBytes = 4;

    /// <summary>Prefix and body must be countable in an <c>int</c>, whatever a configuration allows.</summary>
    public const int LongestBody = int.MaxValue - PrefixBytes;

    /// <summary>
    /// Looks at the first frame in <paramref name="window"/>. The length is judged before anything else, so that nobody
    /// allocates on the word of a peer.
    /// </summary>
    /// <param name="window">Received and not yet consumed bytes.</param>
    /// <param name="maxFrameBytes">Longest allowed body; the prefix does not count.</param>
    /// <param name="bodyOffset">Where the body starts in the window; meaningful when complete.</param>
    /// <param name="bodyLength">The body's length; meaningful when complete.</param>
    /// <param name="totalNeeded">Bytes of the whole frame with its prefix, or 4 while the prefix itself is not whole.</param>
    public static FrameResult TryRead(
        ReadOnlySpan<byte> window, int maxFrameBytes, out int bodyOffset, out int bodyLength, out int totalNeeded)
    {
        bodyOffset = PrefixBytes;
        bodyLength = 0;
        totalNeeded = PrefixBytes;
        if (!BinaryPrimitives.TryReadUInt32BigEndian(window, out var length))
            return FrameResult.Incomplete;
        if (length == 0)
            return FrameResult.Empty;
        if (length > (uint)Math.Clamp(maxFrameBytes, 0, LongestBody))
            return FrameResult.TooLarge;
        bodyLength = (int)length;
        totalNeeded = PrefixBytes + bodyLength;
        return window.Length < totalNeeded ? FrameResult.Incomplete : FrameResult.Complete;
    }
}
