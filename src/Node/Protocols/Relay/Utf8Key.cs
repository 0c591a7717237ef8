using System.Diagnostics.CodeAnalysis;

namespace Anode.Protocols.Relay;

/// <summary>Byte strings as dictionary keys that can be looked up by a span, without making an array first.</summary>
internal static class Utf8Key
{
    public static readonly IEqualityComparer<byte[]> Comparer = new Spans();

    private sealed class Spans : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode); // seeded by chance for each process
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
