using System.Buffers.Binary;
using Anode.Protocols.Native.Wire;
using CsCheck;
using Xunit;

namespace Anode.Tests.Protocols.Native;

public class FramingTests
{
    private const int Max = 100;

    [Fact]
    public void Whole_frame_is_complete_and_what_follows_is_left_alone()
    {
        byte[] window = [0, 0, 0, 2, 0x91, 7, 0, 0];
        Assert.Equal(FrameResult.Complete, Framing.TryRead(window, Max, out var offset, out var length, out var total));
        Assert.Equal((4, 2, 6), (offset, length, total));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Part_of_a_prefix_needs_the_prefix(int bytes)
    {
        Assert.Equal(FrameResult.Incomplete, Framing.TryRead(new byte[bytes], Max, out _, out _, out var total));
        Assert.Equal(4, total);
    }

    [Fact]
    public void Part_of_a_body_needs_the_whole_frame()
    {
        Assert.Equal(FrameResult.Incomplete, Framing.TryRead([0, 0, 0, 50, 0x91], Max, out _, out _, out var total));
        Assert.Equal(54, total);
    }

    [Fact]
    public void Length_zero_is_empty() =>
        Assert.Equal(FrameResult.Empty, Framing.TryRead([0, 0, 0, 0, 0x91, 7], Max, out _, out _, out _));

    [Theory]
    [InlineData(100u, FrameResult.Incomplete)]
    [InlineData(101u, FrameResult.TooLarge)]
    [InlineData(0x7FFFFFFFu, FrameResult.TooLarge)]
    [InlineData(0x80000000u, FrameResult.TooLarge)]
    [InlineData(0xFFFFFFFFu, FrameResult.TooLarge)]
    internal void Length_is_judged_before_any_of_the_body_is_there(uint length, FrameResult expected) =>
        Assert.Equal(expected, Framing.TryRead(Prefix(length), Max, out _, out _, out _));

    [Fact]
    public void Limit_beyond_what_an_int_can_count_is_cut_down_to_it()
    {
        byte[] longest = Prefix(int.MaxValue - 4u), longer = Prefix(int.MaxValue - 3u);
        Assert.Equal(FrameResult.TooLarge, Framing.TryRead(longer, int.MaxValue, out _, out _, out _));
        Assert.Equal(FrameResult.Incomplete, Framing.TryRead(longest, int.MaxValue, out _, out _, out var total));
        Assert.Equal(int.MaxValue, total);
    }

    [Fact]
    public void Any_bytes_give_a_frame_within_the_window_or_say_how_many_are_needed() =>
        Gen.Byte[0, 3].Array[0, 12].Sample(window =>
        {
            switch (Framing.TryRead(window, Max, out var offset, out var length, out var total))
            {
                case FrameResult.Complete:
                    Assert.True(length is > 0 and <= Max && offset + length == total && total <= window.Length);
                    break;
                case FrameResult.Incomplete:
                    Assert.InRange(total, window.Length + 1, Max + 4);
                    break;
            }
        }, iter: 20_000);

    private static byte[] Prefix(uint length)
    {
        var prefix = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(prefix, length);
        return prefix;
    }
}
