using System.Buffers;
using Anode.Protocols.Native.Wire;
using CsCheck;
using MessagePack;
using Xunit;

namespace Anode.Tests.Protocols.Native;

public class MsgPackCursorTests
{
    private static readonly Gen<long> Number = Gen.OneOf(
        Gen.Long, Gen.Long[-300, 300], Gen.Long[-70_000, 70_000],
        Gen.Select(Gen.Int[0, 63], Gen.Long[-1, 1], (bit, by) => (1L << bit) + by));

    [Fact]
    public void Integer_reads_the_same_in_every_form() =>
        Number.Sample(number =>
        {
            foreach (var head in ((Value)number).Heads())
            {
                var cursor = new MsgPackCursor(head);
                Assert.True(cursor.TryReadInteger(out var read));
                Assert.Equal((number, head.Length), (read, cursor.Offset));
                var natural = new MsgPackCursor(head);
                Assert.Equal(number >= 0, natural.TryReadNatural(out _));
                Assert.Equal(number >= 0 ? head.Length : 0, natural.Offset);
                var unsigned = new MsgPackCursor(head);
                Assert.Equal(number >= 0, unsigned.TryReadUnsigned(out _));
            }
        }, iter: 5_000);

    [Fact]
    public void Integer_above_the_signed_range_is_unsigned_only()
    {
        foreach (var number in new[] { ulong.MaxValue, (ulong)long.MaxValue + 1 })
        {
            var encoded = ((Value)number).Encode();
            var unsigned = new MsgPackCursor(encoded);
            Assert.True(unsigned.TryReadUnsigned(out var read));
            Assert.Equal(number, read);
            var signed = new MsgPackCursor(encoded);
            Assert.False(signed.TryReadInteger(out _));
            Assert.False(signed.TryReadNatural(out _));
            Assert.Equal(0, signed.Offset);
            Assert.True(signed.TryReadSaturated(out var saturated));
            Assert.Equal(long.MaxValue, saturated);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    public void String_and_binary_read_the_same_in_every_form(int length)
    {
        var bytes = Enumerable.Repeat((byte)'x', length).ToArray();
        Value text = new string('x', length), binary = bytes;
        for (var form = 0; form < text.Heads().Count; form++)
        {
            var encoded = text.Encode(_ => form);
            var cursor = new MsgPackCursor(encoded);
            Assert.True(cursor.TryReadString(out var slice));
            Assert.True(cursor.AtEnd && slice.Of(encoded).SequenceEqual(bytes));
        }

        for (var form = 0; form < binary.Heads().Count; form++)
        {
            var encoded = binary.Encode(_ => form);
            var cursor = new MsgPackCursor(encoded);
            Assert.False(cursor.TryReadString(out _));
            Assert.True(cursor.TryReadBinary(out var slice));
            Assert.True(cursor.AtEnd && slice.Of(encoded).SequenceEqual(bytes));
        }
    }

    [Fact]
    public void Every_first_byte_reads_as_at_most_one_type()
    {
        for (var first = 0; first < 256; first++)
        {
            byte[] bytes = [(byte)first, .. new byte[32]];
            var types = 0;
            types += new MsgPackCursor(bytes).TryReadNil() ? 1 : 0;
            types += new MsgPackCursor(bytes).TryReadBool(out _) ? 1 : 0;
            types += new MsgPackCursor(bytes).TryReadInteger(out _) ? 1 : 0;
            types += new MsgPackCursor(bytes).TryReadString(out _) ? 1 : 0;
            types += new MsgPackCursor(bytes).TryReadBinary(out _) ? 1 : 0;
            types += new MsgPackCursor(bytes).TryReadArrayHeader(out _) ? 1 : 0;
            types += new MsgPackCursor(bytes).TryReadMapHeader(out _) ? 1 : 0;
            var isExtension = first is >= 0xC7 and <= 0xC9 or >= 0xD4 and <= 0xD8;
            Assert.Equal(first is 0xC1 or 0xCA or 0xCB || isExtension ? 0 : 1, types);
            Assert.Equal(first != 0xC1, new MsgPackCursor(bytes).TrySkip());
        }
    }

    [Fact]
    public void Truncated_value_is_refused_by_every_method_without_moving()
    {
        Value[] values =
            [70_000, -70_000, 1L << 40, "text", new string('x', 300), new byte[300], Value.List(1, 2), Value.Map((1, 2))];
        foreach (var value in values)
        {
            for (var form = 0; form < value.Heads().Count; form++)
            {
                var whole = value.Encode(_ => form);
                for (var length = 0; length < whole.Length; length++)
                {
                    var cursor = new MsgPackCursor(whole.AsSpan(0, length));
                    Assert.False(cursor.TryReadNil() || cursor.TryReadBool(out _) || cursor.TryReadInteger(out _)
                        || cursor.TryReadUnsigned(out _) || cursor.TryReadString(out _) || cursor.TryReadBinary(out _)
                        || cursor.TrySkip());
                    Assert.Equal(0, cursor.Offset);
                }
            }
        }
    }

    [Theory]
    [InlineData("DD FF FF FF FF 00 00 00 00 00")]
    [InlineData("DF FF FF FF FF 00 00 00 00 00")]
    [InlineData("DF 80 00 00 00 00 00 00 00 00")]
    [InlineData("DC FF FF 00")]
    [InlineData("DE 00 01 00")]
    [InlineData("9F 00")]
    [InlineData("81 00")]
    public void Count_of_more_items_than_bytes_is_refused(string hex)
    {
        var cursor = new MsgPackCursor(Convert.FromHexString(hex.Replace(" ", "")));
        Assert.False(cursor.TrySkip() || cursor.TryReadArrayHeader(out _) || cursor.TryReadMapHeader(out _));
        Assert.Equal(0, cursor.Offset);
    }

    [Theory]
    [InlineData("DB FF FF FF FF 61")]
    [InlineData("C6 FF FF FF FF 61")]
    [InlineData("C9 FF FF FF FF 61 61")]
    [InlineData("DB 7F FF FF FF 61")]
    public void Length_of_more_bytes_than_are_there_is_refused(string hex)
    {
        var cursor = new MsgPackCursor(Convert.FromHexString(hex.Replace(" ", "")));
        Assert.False(cursor.TrySkip() || cursor.TryReadString(out _) || cursor.TryReadBinary(out _));
        Assert.Equal(0, cursor.Offset);
    }

    [Theory]
    [InlineData("91", "90")]
    [InlineData("8100", "80")]
    [InlineData("DC0001", "DD00000000")]
    [InlineData("DE0001A161", "DF00000000")]
    public void Nesting_of_16_is_skipped_and_17_is_refused(string open, string innermost)
    {
        Assert.True(new MsgPackCursor(Nested(16)).TrySkip());
        Assert.False(new MsgPackCursor(Nested(17)).TrySkip());
        Assert.True(new MsgPackCursor(Nested(17), maxDepth: 17).TrySkip());

        byte[] Nested(int depth) => Convert.FromHexString(string.Concat(Enumerable.Repeat(open, depth - 1)) + innermost);
    }

    [Fact]
    public void Depth_counts_open_levels_and_not_collections_beside_each_other()
    {
        var siblings = Value.List([.. Enumerable.Repeat(Value.List(Value.Map(), Value.List()), 1000)]).Encode();
        Assert.True(new MsgPackCursor(siblings, maxDepth: 3).TrySkip());
        Assert.False(new MsgPackCursor(siblings, maxDepth: 2).TrySkip());
    }

    [Fact]
    public void Hundred_thousand_nested_arrays_are_refused() =>
        Assert.False(new MsgPackCursor(Enumerable.Repeat((byte)0x91, 100_000).Append((byte)0x90).ToArray()).TrySkip());

    [Fact]
    public void Skip_agrees_with_the_library_on_any_bytes() =>
        Gen.OneOf(Gen.Byte, Gen.Byte[0x80, 0x9F], Gen.Byte[0xC0, 0xDF], Gen.Byte[0, 4]).Array[0, 40].Sample(bytes =>
        {
            if (HasCountBeyondInt(bytes))
                return;
            var cursor = new MsgPackCursor(bytes, maxDepth: 256);
            var skipped = cursor.TrySkip();
            Assert.Equal(SkippedByLibrary(bytes), skipped ? cursor.Offset : -1);
        }, iter: 50_000);

    /// <summary>The library takes a count from 2^31 up for a negative number and the collection for empty.</summary>
    private static bool HasCountBeyondInt(byte[] bytes) =>
        bytes.Zip(bytes.Skip(1)).Any(pair => pair is (0xDD or 0xDF, >= 0x80));

    /// <summary>The library refuses in three ways, the last of them for lengths beyond an <c>int</c>.</summary>
    private static long SkippedByLibrary(byte[] bytes)
    {
        var reader = new MessagePackReader(new ReadOnlySequence<byte>(bytes));
        try
        {
            reader.Skip();
            return reader.Consumed;
        }
        catch (Exception e) when (e is EndOfStreamException or MessagePackSerializationException or ArgumentOutOfRangeException)
        {
            return -1;
        }
    }
}
