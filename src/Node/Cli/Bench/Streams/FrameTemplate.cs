using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Anode.Cli.Bench.Checks;
using Anode.Cli.Bench.Wire;

namespace Anode.Cli.Bench.Streams;

/// <summary>
/// All messages of a flow look alike but for their stamp: what the general parser has understood once is recognised from then on by comparing
/// the bytes around the payload. Whatever looks different goes to the parser again.
/// </summary>
/// <remarks>The bytes before the stamp hold its length in both protocols, so equal ones mean an equal frame.</remarks>
internal sealed class FrameTemplate
{
    private readonly byte[] _head;
    private readonly byte[] _tail;

    private FrameTemplate(byte[] head, byte[] tail, int length) => (_head, _tail, Length) = (head, tail, length);

    /// <summary>Of the whole frame.</summary>
    public int Length { get; }

    /// <summary>Null when the payload is too short for a stamp.</summary>
    public static FrameTemplate? Of(ReadOnlySpan<byte> window, Piece piece)
    {
        if (piece.PayloadLength < Stamp.Bytes)
            return null;
        var stamp = piece.PayloadOffset + Stamp.OffsetIn(window.Slice(piece.PayloadOffset, piece.PayloadLength));
        var end = piece.PayloadOffset + piece.PayloadLength;
        return new FrameTemplate(window[..stamp].ToArray(), window[end..piece.Length].ToArray(), piece.Length);
    }

    /// <summary>Takes all frames at the front of the window that are like this one.</summary>
    /// <returns>How many there were.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Run<TSink>(ReadOnlySpan<byte> window, ref TSink sink)
        where TSink : struct, IStampSink
    {
        ReadOnlySpan<byte> head = _head, tail = _tail;
        ref var at = ref MemoryMarshal.GetReference(window);
        var length = Length;
        var count = 0;
        for (var left = window.Length; left >= length; left -= length, count++)
        {
            if (!MemoryMarshal.CreateReadOnlySpan(ref at, head.Length).SequenceEqual(head)
                || (tail.Length > 0 && !MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref at, length - tail.Length), tail.Length).SequenceEqual(tail)))
                break;
            sink.Take(Stamp.ReadUnchecked(ref Unsafe.Add(ref at, head.Length)));
            at = ref Unsafe.Add(ref at, length);
        }

        return count;
    }
}

/// <summary>A struct, so that the loop above is compiled for each kind of check.</summary>
internal interface IStampSink
{
    /// <summary>Bytes came; the messages in them follow.</summary>
    void Arrived();

    void Take(Stamp stamp);
}
