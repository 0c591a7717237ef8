using System.Diagnostics;
using Anode.Protocols.Native.Wire;
using CsCheck;
using Xunit;

namespace Anode.Tests.Protocols.Native;

/// <summary>Whatever comes, there is a meaning or a refusal; an exception fails the test by itself.</summary>
public class HostileBytesTests
{
    private static readonly byte[][] Valid = [.. Bodies.All.Select(body => body.Encode())];

    private static readonly Gen<byte> MostlyHeads = Gen.OneOf(Gen.Byte, Gen.Byte[0x80, 0xA3], Gen.Byte[0xC0, 0xDF]);

    [Fact]
    public void Random_bytes_are_understood_or_refused() => Gen.Byte.Array[0, 80].Sample(body => Meaning.Of(body), iter: 30_000);

    [Fact]
    public void Random_bytes_behind_a_known_kind_are_understood_or_refused() =>
        Gen.Select(Gen.Byte[0x91, 0x97], Gen.Byte[1, 14], MostlyHeads.Array[0, 40])
            .Sample((array, kind, rest) => Meaning.Of([array, kind, .. rest]), iter: 50_000);

    [Fact]
    public void Valid_bodies_with_changed_bytes_are_understood_or_refused() =>
        Gen.Select(Gen.OneOfConst(Valid), Gen.Select(Gen.Int[0, 1000], Gen.Byte).Array[1, 4]).Sample((valid, changes) =>
        {
            var body = valid.ToArray();
            foreach (var (at, value) in changes)
                body[at % body.Length] = value;
            Meaning.Of(body);
        }, iter: 50_000);

    [Fact]
    public void Valid_bodies_cut_and_joined_are_understood_or_refused() =>
        Gen.Select(Gen.OneOfConst(Valid), Gen.OneOfConst(Valid), Gen.Int[0, 200], Gen.Int[0, 200]).Sample(
            (front, back, cut, join) => Meaning.Of([.. front.Take(cut), .. back.Skip(join)]), iter: 20_000);

    [Fact]
    public void Headers_from_any_bytes_end_early_and_do_not_throw() =>
        Gen.OneOf(Gen.Byte, Gen.Byte[0x80, 0xA3], Gen.Byte[0xD9, 0xDF]).Array[0, 40].Sample(raw =>
        {
            var seen = 0;
            foreach (var header in HeaderMap.Enumerate(raw))
            {
                seen += 1 + header.Key.Length;
                foreach (var value in header.Values)
                    seen += 1 + value.Length;
            }

            Assert.InRange(seen, 0, 2 * raw.Length);
        }, iter: 20_000);

    [Fact]
    public void Item_nested_16_deep_is_understood_and_17_is_refused()
    {
        foreach (var kind in new long[] { 7, 8, 99 })
        {
            Assert.DoesNotContain(Meaning.Refused, Meaning.Of(Value.List(kind, Nested(16)).Encode()));
            Assert.Equal(Meaning.Refused + ParseError.Malformed, Meaning.Of(Value.List(kind, Nested(17)).Encode()));
        }

        Assert.StartsWith("MSG", Meaning.Of(Value.List([.. Bodies.Msg.Items, Nested(16)]).Encode()));
        Assert.StartsWith(Meaning.Refused, Meaning.Of(Value.List([.. Bodies.Msg.Items, Nested(17)]).Encode()));
        Assert.StartsWith("HELLO", Meaning.Of(Value.List(1, Value.Map(("version", 1), ("x", Nested(16)))).Encode()));
        Assert.StartsWith(Meaning.Refused, Meaning.Of(Value.List(1, Value.Map(("version", 1), ("x", Nested(17)))).Encode()));
    }

    [Fact]
    public void Nesting_bomb_is_refused_in_every_item_of_every_kind()
    {
        var bomb = Value.Raw([.. Enumerable.Repeat((byte)0x91, 100_000), 0x90]);
        foreach (var body in Bodies.All)
        {
            for (var item = 0; item < body.Items.Length; item++)
            {
                var bombed = Value.List([.. body.Items[..item], bomb, .. body.Items[(item + 1)..]]);
                Assert.StartsWith(Meaning.Refused, Meaning.Of(bombed.Encode()));
            }
        }
    }

    [Theory]
    [InlineData(0xDD)]
    [InlineData(0xDF)]
    public void Huge_count_in_any_item_is_refused_without_counting(byte head)
    {
        var bomb = Value.Raw(head, 0xFF, 0xFF, 0xFF, 0xFF);
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < 100; round++)
        {
            Assert.StartsWith(Meaning.Refused, Meaning.Of(bomb.Encode()));
            foreach (var body in Bodies.All)
            {
                for (var item = 0; item < body.Items.Length; item++)
                    Assert.StartsWith(Meaning.Refused, Meaning.Of(Value.List([.. body.Items[..item], bomb]).Encode()));
            }
        }

        // Counting to four billion once takes seconds; this asks a hundred times for dozens of them.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private static Value Nested(int depth) => depth == 1 ? Value.List() : Value.List(Nested(depth - 1));
}
