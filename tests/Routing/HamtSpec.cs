using Anode.Routing;
using CsCheck;
using Xunit;

namespace Anode.Tests.Routing;

public class HamtSpec
{
    private sealed class Entry(byte[] key, uint hash, int value) : HamtEntry(key, hash)
    {
        public int Value { get; } = value;
    }

    // From honest hashing to every key in one collision node; the third leaves only the two bits of the last level to differ.
    public static TheoryData<string> Hashers => ["honest", "few", "last-level", "first-level", "constant"];

    private static uint Hash(string hasher, byte key) => hasher switch
    {
        "honest" => Tokens.Hash([key]),
        "few" => key % 7u,
        "last-level" => (uint)key << 30,
        "first-level" => (key & 31u) | 0xABCDE000u,
        _ => 0xFFFFFFFF,
    };

    [Theory]
    [MemberData(nameof(Hashers))]
    public void Random_changes_agree_with_a_dictionary(string hasher) =>
        Gen.Select(Gen.Byte[0, 63], Gen.Int[0, 999], Gen.Bool).List[0, 200].Sample(changes =>
        {
            var map = default(Hamt<Entry>);
            var model = new Dictionary<byte, int>();
            var history = new List<(Hamt<Entry> Map, Dictionary<byte, int> Model)>();
            foreach (var (key, value, add) in changes)
            {
                history.Add((map, new Dictionary<byte, int>(model)));
                if (add)
                    model[key] = value;
                else
                    model.Remove(key);
                map = add ? map.With(new Entry([key], Hash(hasher, key), value)) : map.Without([key], Hash(hasher, key));
            }

            AssertSame(hasher, model, map);
            foreach (var (oldMap, oldModel) in history)
                AssertSame(hasher, oldModel, oldMap);
            foreach (var key in model.Keys)
                map = map.Without([key], Hash(hasher, key));
            Assert.True(map.IsEmpty);
        }, iter: 300);

    [Fact]
    public void Hundred_thousand_keys_are_found_and_removed()
    {
        var map = default(Hamt<Entry>);
        var entries = Enumerable.Range(0, 100_000)
            .Select(i => BitConverter.GetBytes(i))
            .Select((key, i) => new Entry(key, Tokens.Hash(key), i))
            .ToArray();
        foreach (var entry in entries)
            map = map.With(entry);

        Assert.All(entries, entry => Assert.Same(entry, map.Find(entry.Key, entry.Hash)));
        foreach (var entry in entries)
            map = map.Without(entry.Key, entry.Hash);
        Assert.True(map.IsEmpty);
    }

    [Fact]
    public void Removing_an_absent_key_from_a_collision_changes_nothing()
    {
        var map = default(Hamt<Entry>).With(new Entry([1], 9, 1)).With(new Entry([2], 9, 2));

        Assert.Equal(map, map.Without([3], 9));
        Assert.Null(map.Find([1], 8));
    }

    private static void AssertSame(string hasher, Dictionary<byte, int> model, Hamt<Entry> map)
    {
        Assert.Equal(model.Count == 0, map.IsEmpty);
        for (byte key = 0; key < 64; key++)
        {
            var found = map.Find([key], Hash(hasher, key));
            Assert.Equal(model.TryGetValue(key, out var value) ? value : null, found?.Value);
        }
    }
}
