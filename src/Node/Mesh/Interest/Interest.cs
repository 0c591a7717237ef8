using System.Diagnostics.CodeAnalysis;
using Anode.Routing;

namespace Anode.Mesh;

/// <summary>What somebody at a node is subscribed to, however many are: a filter, or a filter of a queue group.</summary>
internal readonly record struct Interest(byte[] Filter, byte[]? Queue)
{
    public static readonly IEqualityComparer<Interest> ByContent = new Contents();

    public static Interest Of(Subscription subscription) => new(subscription.Filter, subscription.Queue);

    /// <summary>
    /// A number for the digest of a table, the same in every process: the tables of two nodes are equal if the sums of these are, but for one chance in
    /// 2^64. FNV-1a, then mixed, because sums of a plain FNV would hide differences in their low bits.
    /// </summary>
    public ulong Digest
    {
        get
        {
            var hash = 14695981039346656037UL;
            foreach (var b in Filter)
                hash = (hash ^ b) * 1099511628211UL;
            hash = (hash ^ 0xFF) * 1099511628211UL; // in no UTF-8
            foreach (var b in Queue ?? [])
                hash = (hash ^ b) * 1099511628211UL;
            hash ^= hash >> 32;
            hash *= 0x9E3779B97F4A7C15UL;
            return hash ^ (hash >> 29);
        }
    }

    private sealed class Contents : IEqualityComparer<Interest>
    {
        public bool Equals(Interest x, Interest y) => x.Filter.AsSpan().SequenceEqual(y.Filter) && x.Queue.AsSpan().SequenceEqual(y.Queue);

        public int GetHashCode([DisallowNull] Interest obj) => (int)obj.Digest;
    }
}

/// <summary>One step of a table: an interest that has begun, or has ended.</summary>
internal readonly record struct InterestChange(Interest Interest, bool Begins);
