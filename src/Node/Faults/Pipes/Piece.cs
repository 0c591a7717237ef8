using Akka.Actor;

namespace Anode.Faults;

/// <summary>Some bytes on their way through a pipe, which have memory of their own.</summary>
/// <param name="Buffer">Shared by the pieces of it, and written by none but who changes a frame.</param>
/// <param name="IsFrame">A whole frame or datagram.</param>
/// <param name="At">When it may leave, in ticks of the stopwatch; <see cref="long.MaxValue"/>: not before the fault ends.</param>
/// <param name="CameAt">When it came.</param>
/// <param name="Trailer">What is due when its last byte leaves.</param>
/// <param name="DelayedBy">The fault that said last when it may leave; null: none did.</param>
internal readonly record struct Piece(byte[] Buffer, int Offset, int Length, bool IsFrame, long At, long CameAt, Trailer? Trailer, ActiveFault? DelayedBy = null)
{
    public const long Never = long.MaxValue;

    public ReadOnlySpan<byte> Span => Buffer.AsSpan(Offset, Length);

    /// <summary>The stream ends here.</summary>
    public bool IsEnd => Trailer is { IsEnd: true };

    /// <summary>In order, and not before.</summary>
    public Piece NotBefore(long at) => at > At ? this with { At = at } : this;
}

/// <summary>What goes with the last byte of a delivery or a datagram.</summary>
internal sealed class Trailer
{
    public static readonly Trailer End = new() { IsEnd = true };

    public bool IsEnd { get; private init; }

    public int Messages { get; init; }

    public IActorRef? ReceiptTo { get; init; }

    public object? Receipt { get; init; }

    public byte[]? About { get; init; }

    /// <summary>Of a datagram: where it came from, or where it goes.</summary>
    public System.Net.EndPoint? Peer { get; init; }

    public bool Truncated { get; init; }
}
