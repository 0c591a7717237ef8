using System.Text;
using Anode.Protocols.Native.Wire;
using CsCheck;
using Xunit;

namespace Anode.Tests.Protocols.Native;

public class HeaderMapTests
{
    [Fact]
    public void Keys_and_values_come_back_in_order_and_equal_keys_together() =>
        Gen.Select(Gen.OneOfConst("a", "b", "ü", "a-key-of-more-than-thirty-one-bytes"), Gen.String).Array[0, 30].Sample(pairs =>
        {
            var raw = HeaderMap.Build(pairs.Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2)));
            var expected = pairs.GroupBy(pair => pair.Item1, pair => Utf8(pair.Item2))
                .SelectMany(group => group.Select(value => (group.Key, value)));
            Assert.Equal(expected, Pairs(raw));
        }, iter: 2_000);

    [Fact]
    public void No_headers_are_no_bytes_and_no_bytes_are_no_headers()
    {
        Assert.Empty(HeaderMap.Build([]));
        Assert.Empty(Pairs([]));
    }

    [Fact]
    public void No_responders_is_status_503() => Assert.Equal([("status", "503")], Pairs(HeaderMap.NoResponders.ToArray()));

    [Fact]
    public void First_value_of_a_key_is_found()
    {
        var raw = Value.Map(("a", "1"), ("none", Value.List()), ("b", Value.List("2", "3"))).Encode();
        Assert.True(HeaderMap.TryGet(raw, "a"u8, out var value) && value.SequenceEqual("1"u8));
        Assert.True(HeaderMap.TryGet(raw, "b"u8, out value) && value.SequenceEqual("2"u8));
        Assert.False(HeaderMap.TryGet(raw, "none"u8, out _));
        Assert.False(HeaderMap.TryGet(raw, "A"u8, out _));
        Assert.False(HeaderMap.TryGet([], "a"u8, out _));
    }

    [Fact]
    public void Key_without_values_is_seen_with_a_count_of_none()
    {
        var counts = new List<int>();
        var raw = Value.Map(("none", Value.List()), ("one", "1"), ("two", Value.List("1", "2"))).Encode();
        foreach (var header in HeaderMap.Enumerate(raw))
            counts.Add(header.Values.Count);
        Assert.Equal([0, 1, 2], counts);
    }

    private static List<(string Key, string Value)> Pairs(byte[] raw)
    {
        var pairs = new List<(string, string)>();
        foreach (var header in HeaderMap.Enumerate(raw))
        {
            foreach (var value in header.Values)
                pairs.Add((Encoding.UTF8.GetString(header.Key), Encoding.UTF8.GetString(value)));
        }

        return pairs;
    }

    /// <summary>What remains of a string that may hold half a surrogate pair.</summary>
    private static string Utf8(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
