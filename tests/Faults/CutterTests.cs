using System.Text;
using Anode.Faults;
using Anode.Protocols.Lines;
using Anode.Protocols.Native;
using Anode.Protocols.Nats;
using Anode.Sockets;
using Anode.Tests.Protocols.Native;
using Anode.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Faults;

/// <summary>Streams are cut into the same frames however they are split, and lose no byte.</summary>
public sealed class CutterTests(ITestOutputHelper output)
{
    private static readonly (IFrameCutter Cutter, (byte[] Frame, bool IsMessage)[] Frames)[] Streams =
    [
        (NativeCutter.Instance,
        [
            (NativeTestClient.Frame(1, Value.Map([("version", 1)])), false), (NativeTestClient.Frame(3, "a.b", "x"), true),
            (NativeTestClient.Frame(7), false), (NativeTestClient.Frame(12, 1, "a.b", new string('x', 3000)), true), (NativeTestClient.Frame(9, 1), true),
        ]),
        (NatsCutter.Instance,
        [
            (Bytes("CONNECT {\"verbose\":false}\r\n"), false), (Bytes("SUB a 1\r\n"), false), (Bytes("PUB a.b 5\r\nhello\r\n"), true),
            (Bytes("pub a.b r 0\r\n\r\n"), true), (Bytes("HMSG a 1 12 14\r\nNATS/1.0\r\n\r\nhi\r\n"), true), (Bytes("PING\r\n"), false), (Bytes("+OK\r\n"), false),
        ]),
        (LinesCutter.Instance, [(Bytes("one\n"), true), (Bytes("\n"), true), (Bytes("three\r\n"), true)]),
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Any_split_gives_the_same_frames(int stream)
    {
        var (cutter, frames) = Streams[stream];
        byte[] bytes = [.. frames.SelectMany(frame => frame.Frame)];
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var buffer = new FrameBuffer(cutter);
            buffer.Switch(cutting: true);
            var taken = new List<(byte[] Frame, bool IsMessage)>();
            for (var at = 0; at < bytes.Length;)
            {
                var count = Math.Min(random.Next(1, random.Next(2) == 0 ? 4 : 4000), bytes.Length - at);
                buffer.Add(bytes.AsSpan(at, count));
                at += count;
                while (buffer.TryTake(out var piece, out var isMessage))
                    taken.Add((piece, isMessage));
            }

            Assert.Equal(frames.Select(frame => Convert.ToHexString(frame.Frame)), taken.Select(piece => Convert.ToHexString(piece.Frame)));
            Assert.Equal(frames.Select(frame => frame.IsMessage), taken.Select(piece => piece.IsMessage));
            Assert.True(buffer.IsEmpty);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Cutting_may_begin_and_end_anywhere_and_no_byte_is_lost_or_doubled(int stream)
    {
        var (cutter, frames) = Streams[stream];
        byte[] bytes = [.. Enumerable.Repeat(frames, 5).SelectMany(all => all).SelectMany(frame => frame.Frame)];
        var whole = frames.Select(frame => Convert.ToHexString(frame.Frame)).ToHashSet();
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var buffer = new FrameBuffer(cutter);
            var cutting = false;
            var taken = new List<byte>();
            for (var at = 0; at < bytes.Length;)
            {
                if (random.Next(4) == 0)
                    taken.AddRange(buffer.Switch(cutting = !cutting));
                var count = Math.Min(random.Next(1, 30), bytes.Length - at);
                buffer.Add(bytes.AsSpan(at, count));
                at += count;
                while (buffer.TryTake(out var piece, out var isFrame))
                {
                    taken.AddRange(piece);
                    if (isFrame)
                        Assert.Contains(Convert.ToHexString(piece), whole);
                }
            }

            taken.AddRange(buffer.Switch(cutting: false));
            Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString([.. taken]));
        }
    }

    [Theory]
    [InlineData(0, "FFFFFFFF00")]
    [InlineData(1, "50554220612078780D0A")]
    public void What_is_not_the_protocol_passes_uncut(int stream, string hex)
    {
        var buffer = new FrameBuffer(Streams[stream].Cutter);
        buffer.Switch(cutting: true);
        buffer.Add(Convert.FromHexString(hex));
        Assert.True(buffer.TryTake(out var piece, out var isFrame));
        Assert.Equal((hex, false), (Convert.ToHexString(piece), isFrame));
        Assert.True(buffer.IsLost);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
