using Anode.Protocols.Native.Wire;
using CsCheck;
using Xunit;

namespace Anode.Tests.Protocols.Native;

/// <summary>A run is what reading each of its frames would have found.</summary>
public class FrameRunTests
{
    private static readonly Gen<(int Subject, int Extra, int Payload, int Times)> AnyFrame =
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 300], Gen.Int[1, 5]);

    [Fact]
    public void Frames_of_a_run_are_each_what_the_first_was_but_for_the_payload() =>
        Gen.Select(AnyFrame.Array[1, 30], Gen.Int[0, 1 << 20].Array[0, 6]).Sample((frames, noise) =>
        {
            var bytes = frames.SelectMany(frame => Enumerable.Repeat(frame, frame.Times)).SelectMany(frame => Msg(frame.Subject, frame.Extra, frame.Payload)).ToArray();
            foreach (var where in noise)
                bytes[where % bytes.Length] ^= (byte)(1 << (where % 8));
            for (var at = 0; TryRead(bytes.AsSpan(at), out var first, out var length);)
            {
                var count = 1;
                if (FrameRun.CanBegin(first, length - Framing.PrefixBytes))
                    count = FrameRun.Length(bytes.AsSpan(at), length, first.Payload.Offset + Framing.PrefixBytes);
                for (var i = 0; i < count; i++, at += length)
                {
                    Assert.True(TryRead(bytes.AsSpan(at), out var view, out var its));
                    Assert.Equal(length, its);
                    Assert.Equal(Facts(first), Facts(view));
                    Assert.True(first.Subject.Of(bytes.AsSpan(at + Framing.PrefixBytes)).SequenceEqual(view.Subject.Of(bytes.AsSpan(at + Framing.PrefixBytes))));
                }
            }
        }, iter: 5_000);

    [Fact]
    public void A_run_takes_equal_fronts_and_ends_before_another_and_before_a_part_of_one()
    {
        byte[] bytes = [.. Msg(0, 0, 20), .. Msg(0, 0, 20), .. Msg(0, 0, 20), .. Msg(1, 0, 20), .. Msg(0, 0, 20)];
        Assert.True(TryRead(bytes, out var view, out var length));
        var front = view.Payload.Offset + Framing.PrefixBytes;

        Assert.Equal(3, FrameRun.Length(bytes, length, front));
        Assert.Equal(2, FrameRun.Length(bytes.AsSpan(0, 3 * length - 1), length, front));
        Assert.Equal(1, FrameRun.Length(bytes.AsSpan(0, length), length, front));
    }

    [Fact]
    public void A_frame_with_anything_behind_its_payload_begins_no_run()
    {
        foreach (var extra in new[] { 1, 2 })
        {
            Assert.True(TryRead(Msg(0, extra, 20), out var view, out var length));
            Assert.False(FrameRun.CanBegin(view, length - Framing.PrefixBytes));
        }
    }

    private static (int, int, bool, bool, int, int) Facts(MsgView view) =>
        (view.Subject.Offset, view.Payload.Offset, view.PayloadIsString, view.HasReply, view.Payload.Length, view.ItemsAfterId);

    private static bool TryRead(ReadOnlySpan<byte> window, out MsgView view, out int length)
    {
        view = default;
        if (Framing.TryRead(window, 1 << 20, out var offset, out var bodyLength, out length) != FrameResult.Complete)
            return false;
        var body = window.Slice(offset, bodyLength);
        return BodyReader.TryReadKind(body, out var items, out var kind, out var at) && kind == (long)Kind.Msg
            && BodyReader.ReadMsg(body, items, at, out view).IsOk;
    }

    private static byte[] Msg(int subject, int extra, int payload)
    {
        var frame = new byte[1024];
        var length = FrameWriter.Msg(
            frame, prefix: true, subject switch { 0 => "a.b"u8, 1 => "a.c"u8, _ => "a.b.c"u8 }, new byte[payload], payload % 5 == 4,
            extra == 0 ? default : "r"u8, extra == 2 ? HeaderMap.NoResponders : default);
        return frame[..length];
    }
}
