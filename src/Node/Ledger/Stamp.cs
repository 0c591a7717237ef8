using System.Buffers.Binary;
using System.IO.Hashing;

namespace Anode.Ledger;

/// <summary>
/// What a message of a flow under test carries at the beginning of its payload, so that everybody who has it in his hands can account for it:
/// which flow it belongs to, which incarnation of its publisher sent it, the how-manieth it is, and a checksum over all of it.
/// </summary>
/// <param name="Flow">Number of the publisher within the experiment.</param>
/// <param name="Epoch">Incarnation of the publisher: one that was started anew counts from zero in the next epoch.</param>
/// <param name="Sequence">From zero, without gaps.</param>
/// <param name="SentAt">Microseconds since 1970 at which it was meant to be sent.</param>
/// <remarks>
/// Layout, little endian: 8 bytes <c>anodeLDG</c>, flow (4), epoch (4), sequence (8), time (8), CRC-32 over all other bytes of the payload (4), filler. The
/// first eight bytes are what tells such a payload from any other; a chance hit has a probability of 2⁻⁶⁴.
/// </remarks>
internal readonly record struct Stamp(uint Flow, uint Epoch, long Sequence, long SentAt)
{
    /// <summary>The shortest payload that has room for it.</summary>
    public const int Bytes = 36;

    private const int ChecksumAt = 32;

    public static ReadOnlySpan<byte> Magic => "anodeLDG"u8;

    /// <summary>Stamps a payload whose filler is already in place.</summary>
    public void Write(Span<byte> payload)
    {
        Magic.CopyTo(payload);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[8..], Flow);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[12..], Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(payload[16..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(payload[24..], SentAt);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[ChecksumAt..], ChecksumOf(payload));
    }

    /// <summary>The stamp at the beginning of a payload; the checksum is not looked at.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out Stamp stamp)
    {
        stamp = default;
        if (payload.Length < Bytes || !payload.StartsWith(Magic))
            return false;
        stamp = new Stamp(
            BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]), BinaryPrimitives.ReadUInt32LittleEndian(payload[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(payload[16..]), BinaryPrimitives.ReadInt64LittleEndian(payload[24..]));
        return true;
    }

    /// <summary>True: not one bit of the payload differs from what was sent.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> payload) =>
        payload.Length >= Bytes && BinaryPrimitives.ReadUInt32LittleEndian(payload[ChecksumAt..]) == ChecksumOf(payload);

    /// <summary>The next stamp anywhere in bytes that nobody has parsed; for those who drop or change them. Moves <paramref name="bytes"/> behind it.</summary>
    public static bool TryFind(ref ReadOnlySpan<byte> bytes, out Stamp stamp)
    {
        while (bytes.IndexOf(Magic) is >= 0 and var at)
        {
            bytes = bytes[at..];
            if (TryRead(bytes, out stamp))
            {
                bytes = bytes[Bytes..];
                return true;
            }

            bytes = bytes[Magic.Length..];
        }

        stamp = default;
        return false;
    }

    private static uint ChecksumOf(ReadOnlySpan<byte> payload)
    {
        var crc = new Crc32();
        crc.Append(payload[..ChecksumAt]);
        crc.Append(payload[Bytes..]);
        return crc.GetCurrentHashAsUInt32();
    }
}
