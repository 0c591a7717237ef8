using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Anode.Cli.Bench.Checks;
using Anode.Cli.Bench.Wire;

namespace Anode.Cli.Bench.Streams;

/// <summary>As many equal frames as one system call should carry, made once; before each send only their sequence numbers are written.</summary>
internal sealed class FrameBlock
{
    /// <summary>Of 32 to 256 KiB none cost clearly less for each message; this one leaves room for others in the second-level cache.</summary>
    private const int TargetBytes = 64 * 1024;

    private readonly byte[] _bytes;
    private readonly int _firstSequence;

    /// <param name="ledger">With the mark of messages that nodes account for.</param>
    public FrameBlock(WireFormat format, ReadOnlySpan<byte> subject, int payloadBytes, ReadOnlySpan<byte> reply, ulong source, bool ledger = false)
    {
        var payload = Stamp.Payload(payloadBytes);
        if (ledger)
            Ledger.Stamp.Magic.CopyTo(payload);
        var stampOffset = Stamp.OffsetIn(payload);
        new Stamp(source, 0).Write(payload.AsSpan(stampOffset));
        var frame = new byte[format.SizeOf(subject.Length, payloadBytes, reply.Length)];
        FrameBytes = format.Write(frame, subject, payload, reply, out var payloadOffset);
        _firstSequence = payloadOffset + stampOffset + Stamp.SequenceOffset;
        Capacity = Math.Max(1, TargetBytes / FrameBytes);
        _bytes = new byte[Capacity * FrameBytes];
        for (var i = 0; i < Capacity; i++)
            frame.AsSpan(0, FrameBytes).CopyTo(_bytes.AsSpan(i * FrameBytes));
    }

    public int FrameBytes { get; }

    /// <summary>Frames it has room for.</summary>
    public int Capacity { get; }

    /// <summary>The bytes of so many frames, numbered from <paramref name="sequence"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlySpan<byte> Number(ulong sequence, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
        ref var at = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_bytes), _firstSequence);
        for (var i = 0; i < count; i++, sequence++)
        {
            Unsafe.WriteUnaligned(ref at, BitConverter.IsLittleEndian ? sequence : BinaryPrimitives.ReverseEndianness(sequence));
            at = ref Unsafe.Add(ref at, FrameBytes);
        }

        return _bytes.AsSpan(0, count * FrameBytes);
    }
}
