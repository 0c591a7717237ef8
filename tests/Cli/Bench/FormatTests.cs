using System.Text;
using Anode.Cli.Bench.Checks;
using Anode.Cli.Bench.Measuring;
using Anode.Cli.Bench.Streams;
using Anode.Cli.Bench.Wire;
using CsCheck;
using Xunit;

namespace Anode.Tests.Cli.Bench;

public sealed class FormatTests
{
    private static readonly WireFormat Nats = new NatsFormat();
    private static readonly WireFormat Native = new NativeFormat();

    [Theory]
    [InlineData("MSG a 1 3\r\nxyz\r\n", "xyz", "")]
    [InlineData("msg\ta  17\t3 \r\nxyz\r\n", "xyz", "")]
    [InlineData("MSG a 1 _INBOX.x 3\r\nxyz\r\n", "xyz", "_INBOX.x")]
    [InlineData("HMSG a 1 12 15\r\nNATS/1.0\r\n\r\nxyz\r\n", "xyz", "")]
    [InlineData("HMSG a 1 re.ply 12 12\r\nNATS/1.0\r\n\r\n\r\n", "", "re.ply")]
    public void Nats_message_is_understood_once_it_is_whole(string text, string payload, string reply)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Equal(PieceKind.Incomplete, Nats.Parse(bytes.AsSpan(0, length)).Kind);
        var piece = Nats.Parse([.. bytes, .. "PING"u8]);

        Assert.Equal((PieceKind.Message, bytes.Length), (piece.Kind, piece.Length));
        Assert.Equal(payload, Encoding.ASCII.GetString(bytes, piece.PayloadOffset, piece.PayloadLength));
        Assert.Equal(reply, Encoding.ASCII.GetString(bytes, piece.ReplyOffset, piece.ReplyLength));
    }

    [Theory]
    [InlineData("PING\r\n", (int)PieceKind.Ping)]
    [InlineData("pong\r\n", (int)PieceKind.Pong)]
    [InlineData("INFO {}\r\n", (int)PieceKind.Greeting)]
    [InlineData("+OK\r\n", (int)PieceKind.Other)]
    [InlineData("-ERR 'Stale Connection'\r\n", (int)PieceKind.Refusal)]
    public void Nats_line_is_recognised(string text, int kind) => Assert.Equal(kind, (int)Nats.Parse(Encoding.ASCII.GetBytes(text)).Kind);

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("MSG a 1\r\n")]
    [InlineData("MSG a 1 -3\r\n")]
    [InlineData("MSG a 1 3\r\nxyzabc")]
    [InlineData("HMSG a 1 5 3\r\n")]
    public void What_is_not_nats_is_refused(string text) => Assert.Throws<IOException>(() => Nats.Parse(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void No_responders_is_recognised() =>
        Assert.True(Nats.Parse("HMSG _INBOX.x 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n"u8).IsNoResponders);

    /// <summary>However the bytes are cut, and wherever frames stand that look different, each stamp is seen once and in order.</summary>
    [Fact]
    public void Template_and_parser_see_the_same_messages_however_they_are_cut() =>
        Gen.Select(Gen.Bool, Gen.Int[16, 300], Gen.Int[1, 30].List[1, 40], Gen.Int[0, 9]).Sample((nats, size, cuts, odd) =>
        {
            var format = nats ? Nats : Native;
            var stream = new List<byte>();
            for (var i = 0; i < 10; i++)
            {
                // Another length in between: the template must let go and the parser take over.
                stream.AddRange(Message(format, i == odd ? size + 1 : size, i));
                if (i == odd)
                    stream.AddRange(nats ? "PING\r\n"u8.ToArray() : [0, 0, 0, 2, 0x91, 7]);
            }

            Assert.Equal(Enumerable.Range(0, 10).Select(i => (ulong)i), SequencesIn(format, [.. stream], cuts));
        });

    [Fact]
    public void Block_holds_the_frames_it_was_asked_for()
    {
        foreach (var format in (WireFormat[])[Nats, Native])
        {
            var block = new FrameBlock(format, "a.b"u8, 16, default, Stamp.SourceOf(3, 4));
            var bytes = block.Number(1000, 3).ToArray();
            for (var i = 0UL; i < 3; i++)
            {
                var frame = bytes[((int)i * block.FrameBytes)..][..block.FrameBytes];
                Assert.Equal(Expected(format, new Stamp(Stamp.SourceOf(3, 4), 1000 + i)), frame);
            }
        }

        static byte[] Expected(WireFormat format, Stamp stamp)
        {
            var payload = new byte[16];
            stamp.Write(payload);
            var room = new byte[format.SizeOf(3, 16, 0)];
            return room[..format.Write(room, "a.b"u8, payload, default, out _)];
        }
    }

    [Fact]
    public void Pace_owes_exactly_the_messages_whose_time_has_come() =>
        Gen.Select(Gen.Double[0.5, 2e6], Gen.Int[1, 5], Gen.Long[0, 10_000_000_000]).Sample((rate, publishers, later) =>
        {
            var pace = new Pace(rate, publishers);
            pace.Begin();
            var now = pace.IntendedAt(0, 0) + later;
            for (var publisher = 0; publisher < publishers; publisher++)
            {
                var due = pace.DueBy(publisher, now);
                // A tick to and fro for the rounding.
                Assert.True(due == 0 || pace.IntendedAt(publisher, due - 1) <= now + 1);
                Assert.True(pace.IntendedAt(publisher, due) >= now - 1);
            }
        });

    private static byte[] Message(WireFormat format, int size, int sequence)
    {
        var payload = Stamp.Payload(size);
        new Stamp(Stamp.SourceOf(1, 0), (ulong)sequence).Write(payload);
        if (format is NatsFormat)
            return [.. Encoding.ASCII.GetBytes($"MSG s 1 {size}\r\n"), .. payload, .. "\r\n"u8];
        var room = new byte[format.SizeOf(1, size, 0)];
        return room[..format.Write(room, "s"u8, payload, default, out _)];
    }

    private static List<ulong> SequencesIn(WireFormat format, byte[] stream, List<int> cuts)
    {
        var seen = new List<ulong>();
        var sink = new ListSink(seen);
        FrameTemplate? template = null;
        var (start, end) = (0, 0);
        for (var cut = 0; end < stream.Length; cut++)
        {
            end = Math.Min(stream.Length, end + cuts[cut % cuts.Count]);
            for (; ; )
            {
                if (template is not null)
                    start += template.Run(stream.AsSpan(start..end), ref sink) * template.Length;
                var piece = start == end ? Piece.Incomplete : format.Parse(stream.AsSpan(start..end));
                if (piece.Kind == PieceKind.Incomplete)
                    break;
                if (piece.Kind == PieceKind.Message)
                {
                    template = FrameTemplate.Of(stream.AsSpan(start..end), piece);
                    sink.Take(Stamp.Read(stream.AsSpan(start + piece.PayloadOffset)));
                }

                start += piece.Length;
            }
        }

        return seen;
    }

    private readonly struct ListSink(List<ulong> seen) : IStampSink
    {
        public void Arrived()
        {
        }

        public void Take(Stamp stamp) => seen.Add(stamp.Sequence);
    }
}
