using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Anode.Cli.Bench.Checks;

/// <summary>
/// The first 16 bytes of every payload: who sent it in which run, and its number. The rest of a payload is filler that nobody looks at.
/// </summary>
/// <remarks>
/// Behind the eight bytes by which a node's ledger knows its messages it is what the ledger looks for: run and publisher are taken for flow and epoch, so each publisher is accounted for.
/// </remarks>
/// <param name="Source">Run in the low half, publisher in the high one: foreign messages on the same subject are told from ours by one comparison.</param>
/// <param name="Sequence">From 0 up, for each publisher.</param>
internal readonly record struct Stamp(ulong Source, ulong Sequence)
{
    /// <summary>The smallest payload that can be checked.</summary>
    public const int Bytes = 16;

    public const int SequenceOffset = 8;

    /// <summary>The smallest payload that a ledger accounts for.</summary>
    public const int LedgerBytes = Ledger.Stamp.Bytes;

    public uint Run => (uint)Source;

    public uint Publisher => (uint)(Source >> 32);

    public static ulong SourceOf(uint run, int publisher) => run | ((ulong)publisher << 32);

    public static Stamp Read(ReadOnlySpan<byte> payload) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(payload), BinaryPrimitives.ReadUInt64LittleEndian(payload[SequenceOffset..]));

    public void Write(Span<byte> payload)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(payload, Source);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[SequenceOffset..], Sequence);
    }

    /// <summary>Without bounds checks, for loops that have made sure of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Stamp ReadUnchecked(ref readonly byte payload)
    {
        ref var at = ref Unsafe.AsRef(in payload);
        var (source, sequence) = (Unsafe.ReadUnaligned<ulong>(ref at), Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, SequenceOffset)));
        return BitConverter.IsLittleEndian
            ? new Stamp(source, sequence)
            : new Stamp(BinaryPrimitives.ReverseEndianness(source), BinaryPrimitives.ReverseEndianness(sequence));
    }

    /// <summary>Where it begins in a payload: behind the ledger's mark, if that is there.</summary>
    public static int OffsetIn(ReadOnlySpan<byte> payload) =>
        payload.Length >= LedgerBytes && payload.StartsWith(Ledger.Stamp.Magic) ? Ledger.Stamp.Magic.Length : 0;

    /// <summary>A payload of that size: a stamp to be filled in, then letters.</summary>
    public static byte[] Payload(int bytes)
    {
        var payload = new byte[bytes];
        for (var i = Bytes; i < bytes; i++)
            payload[i] = (byte)('a' + (i % 26));
        return payload;
    }
}
