namespace Anode.Protocols.Native.Wire;

/// <summary>A range of a body: parsed items are where they were received, never copies.</summary>
internal readonly record struct Slice(int Offset, int Length)
{
    public bool IsEmpty => Length == 0;

    public int End => Offset + Length;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> body) => body.Slice(Offset, Length);
}
