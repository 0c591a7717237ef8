namespace Anode.Protocols.Native.Wire;

/// <summary>
/// Frames alike in all but the bytes of their payloads: sources mostly send many of those in a row. What the first one's front says is checked once
/// and holds for all whose front is the same to the byte: length, kind, subject and the payload's own length.
/// </summary>
internal static class FrameRun
{
    /// <summary>
    /// Whether a frame's front settles everything about it: the payload is the last item and ends with the frame, so that nothing of it
    /// but bytes nobody looks at is outside the front.
    /// </summary>
    public static bool CanBegin(in MsgView view, int bodyLength) => view.ItemsAfterId == 2 && view.Payload.End == bodyLength;

    /// <summary>How many whole frames at the start of the window have the front of the first, that one included.</summary>
    /// <param name="window">Begins with a whole frame, prefix included.</param>
    /// <param name="frameBytes">Length of that frame with its prefix.</param>
    /// <param name="frontBytes">Length of what must be the same, from the prefix on.</param>
    public static int Length(ReadOnlySpan<byte> window, int frameBytes, int frontBytes)
    {
        var front = window[..frontBytes];
        var count = 1;
        for (var at = frameBytes; window.Length - at >= frameBytes && window.Slice(at, frontBytes).SequenceEqual(front); at += frameBytes)
            count++;
        return count;
    }
}
