using System.Numerics;
using System.Runtime.CompilerServices;

namespace Anode.Routing;

/// <summary>Any part of a <see cref="Hamt{T}"/>.</summary>
internal abstract class HamtNode;

/// <summary>What a <see cref="Hamt{T}"/> holds: a value that carries its own key and the key's hash.</summary>
/// <remarks>Derived from, not wrapped: a wrapper per entry would cost 40 bytes, and there are a million of them.</remarks>
internal abstract class HamtEntry(byte[] key, uint hash) : HamtNode
{
    public byte[] Key { get; } = key;

    public uint Hash { get; } = hash;

    public bool Is(ReadOnlySpan<byte> key, uint hash) => Hash == hash && key.SequenceEqual(Key);
}

/// <summary>
/// A persistent map by byte string: a change returns a new map that shares all but the path to the changed entry.
/// The default value is the empty map.
/// </summary>
/// <remarks>
/// A hash array mapped trie (Bagwell, "Ideal Hash Trees", 2001): five bits of the hash choose one of 32 slots, a bitmap says
/// which exist, so a node has no empty slots. A map of n entries is log32 n deep: a change among a million copies four small
/// arrays. A single entry is its own map, and keys whose whole hash is equal share one collision node. The form is canonical:
/// it depends on what the map holds, not on the order of changes, so removing really gives the memory back. Hashing is the
/// caller's, who looks the same key up in several maps.
/// </remarks>
internal readonly struct Hamt<T> where T : HamtEntry
{
    private readonly HamtNode? _root;

    private Hamt(HamtNode? root) => _root = root;

    public bool IsEmpty => _root is null;

    public T? Find(ReadOnlySpan<byte> key, uint hash)
    {
        var node = _root;
        for (var rest = hash; node is HamtBranch branch; rest >>= HamtBranch.BitsPerLevel)
            node = branch.Child(rest);
        var entry = node is HamtCollision collision ? collision.Find(key, hash) : Unsafe.As<HamtEntry?>(node);
        return entry is not null && entry.Is(key, hash) ? Unsafe.As<T>(entry) : null;
    }

    /// <summary>The map with this entry in place of the one with its key, if any.</summary>
    public Hamt<T> With(T entry) => new(HamtBranch.With(_root, entry, 0));

    /// <summary>The map without this key.</summary>
    public Hamt<T> Without(ReadOnlySpan<byte> key, uint hash) => new(HamtBranch.Without(_root, key, hash, 0));
}

internal sealed class HamtCollision(uint hash, HamtEntry[] entries) : HamtNode
{
    public uint Hash { get; } = hash;

    public HamtEntry? Find(ReadOnlySpan<byte> key, uint hash)
    {
        var at = hash == Hash ? IndexOf(key) : -1;
        return at < 0 ? null : entries[at];
    }

    public HamtCollision With(HamtEntry entry)
    {
        var at = IndexOf(entry.Key);
        if (at < 0)
            return new HamtCollision(Hash, [.. entries, entry]);
        var copy = (HamtEntry[])entries.Clone();
        copy[at] = entry;
        return new HamtCollision(Hash, copy);
    }

    public HamtNode Without(ReadOnlySpan<byte> key, uint hash)
    {
        var at = hash == Hash ? IndexOf(key) : -1;
        if (at < 0)
            return this;
        return entries.Length == 2 ? entries[1 - at] : new HamtCollision(Hash, [.. entries[..at], .. entries[(at + 1)..]]);
    }

    private int IndexOf(ReadOnlySpan<byte> key)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            if (key.SequenceEqual(entries[i].Key))
                return i;
        }

        return -1;
    }
}

internal sealed class HamtBranch(uint bitmap, HamtNode[] slots) : HamtNode
{
    public const int BitsPerLevel = 5;

    private const uint Mask = (1 << BitsPerLevel) - 1;

    /// <summary>The child that the five lowest bits of <paramref name="rest"/> choose.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public HamtNode? Child(uint rest)
    {
        var bit = 1u << (int)(rest & Mask);
        return (bitmap & bit) == 0 ? null : slots[Rank(bit)];
    }

    public static HamtNode With(HamtNode? node, HamtEntry entry, int shift) => node switch
    {
        null => entry,
        HamtBranch branch => branch.With(entry, shift),
        HamtCollision collision => collision.Hash == entry.Hash
            ? collision.With(entry)
            : Fork(collision, collision.Hash, entry, shift),
        HamtEntry other when other.Is(entry.Key, entry.Hash) => entry,
        HamtEntry other when other.Hash == entry.Hash => new HamtCollision(entry.Hash, [other, entry]),
        HamtEntry other => Fork(other, other.Hash, entry, shift),
        _ => throw new InvalidOperationException($"unknown kind of node: {node.GetType()}"),
    };

    public static HamtNode? Without(HamtNode? node, ReadOnlySpan<byte> key, uint hash, int shift) => node switch
    {
        HamtBranch branch => branch.Without(key, hash, shift),
        HamtCollision collision => collision.Without(key, hash),
        HamtEntry entry when entry.Is(key, hash) => null,
        _ => node,
    };

    private HamtBranch With(HamtEntry entry, int shift)
    {
        var bit = Bit(entry.Hash, shift);
        var at = Rank(bit);
        if ((bitmap & bit) != 0)
            return Replacing(at, With(slots[at], entry, shift + BitsPerLevel));
        return new HamtBranch(bitmap | bit, [.. slots.AsSpan(0, at), entry, .. slots.AsSpan(at)]);
    }

    private HamtNode? Without(ReadOnlySpan<byte> key, uint hash, int shift)
    {
        var bit = Bit(hash, shift);
        if ((bitmap & bit) == 0)
            return this;
        var at = Rank(bit);
        var child = Without(slots[at], key, hash, shift + BitsPerLevel);
        if (ReferenceEquals(child, slots[at]))
            return this;
        if (child is not null)
            return slots.Length == 1 && child is not HamtBranch ? child : Replacing(at, child);
        // A branch whose only child is not a branch would be a detour: the child takes its place. So a branch that loses a
        // leaf has at least one other child left.
        return slots.Length == 2 && slots[1 - at] is not HamtBranch
            ? slots[1 - at]
            : new HamtBranch(bitmap & ~bit, [.. slots.AsSpan(0, at), .. slots.AsSpan(at + 1)]);
    }

    // Two leaves with different hashes part within seven levels: their hashes differ in at least one of the 32 bits.
    private static HamtBranch Fork(HamtNode leaf, uint leafHash, HamtEntry entry, int shift)
    {
        var leafBit = Bit(leafHash, shift);
        var entryBit = Bit(entry.Hash, shift);
        if (leafBit == entryBit)
            return new HamtBranch(leafBit, [Fork(leaf, leafHash, entry, shift + BitsPerLevel)]);
        return new HamtBranch(leafBit | entryBit, leafBit < entryBit ? [leaf, entry] : [entry, leaf]);
    }

    private static uint Bit(uint hash, int shift) => 1u << (int)((hash >> shift) & Mask);

    private int Rank(uint bit) => BitOperations.PopCount(bitmap & (bit - 1));

    private HamtBranch Replacing(int at, HamtNode child)
    {
        var copy = (HamtNode[])slots.Clone();
        copy[at] = child;
        return new HamtBranch(bitmap, copy);
    }
}
