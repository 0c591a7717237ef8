using System.Text;
using Anode.Protocols.Nats.Wire;
using CsCheck;
using Xunit;

namespace Anode.Tests.Protocols.Nats;

public class NatsParserTests
{
    private static readonly NatsLimits Limits = new(64);

    [Theory]
    [InlineData("PUB a 3\r\nxyz\r\n", "Pub a, reply '', 'xyz'")]
    [InlineData("pub a r 3\r\nxyz\r\n", "Pub a, reply 'r', 'xyz'")]
    [InlineData("pUb\t a.b \t r \t0 \r\n\r\n", "Pub a.b, reply 'r', ''")]
    [InlineData("PUB a 3\nxyz\r\n", "Pub a, reply '', 'xyz'")]
    [InlineData("PUB a 4\r\n\r\n\r\n\r\n", "Pub a, reply '', '\r\n\r\n'")]
    [InlineData("HPUB a 12 15\r\nNATS/1.0\r\n\r\nxyz\r\n", "HPub a, reply '', headers 'NATS/1.0\r\n\r\n', 'xyz'")]
    [InlineData("hpub a r 12 12\r\nNATS/1.0\r\n\r\n\r\n", "HPub a, reply 'r', headers 'NATS/1.0\r\n\r\n', ''")]
    [InlineData("SUB a.> 7\r\n", "Sub a.>, queue '', sid 7")]
    [InlineData("sub a  q\tx9\n", "Sub a, queue 'q', sid x9")]
    [InlineData("UNSUB 7\r\n", "Unsub 7, max 0")]
    [InlineData("unsub 7 12\r\n", "Unsub 7, max 12")]
    [InlineData("UNSUB 7 -1\r\n", "Unsub 7, max 0")]
    [InlineData("PING\r\n", "Ping ''")]
    [InlineData("ping of death\r\n", "Ping 'of death'")]
    [InlineData("PoNg\n", "Pong ''")]
    [InlineData("+OK\r\n", "Ok ''")]
    [InlineData("-ERR 'x'\r\n", "Err ''x''")]
    [InlineData("CONNECT {\"a\":1}\r\n", "Connect '{\"a\":1}'")]
    [InlineData("connect{}\r\n", "Connect '{}'")]
    [InlineData("INFO {}\r\n", "Info '{}'")]
    public void Whole_operation_says_what_it_means(string text, string meaning)
    {
        var bytes = Encoding.Latin1.GetBytes(text + "rest");

        Assert.Equal(NatsRead.Complete, NatsParser.TryRead(bytes, Limits, headers: true, out var op));

        Assert.Equal(text.Length, op.TotalBytes);
        Assert.Equal(meaning, Meaning(bytes, op));
    }

    [Theory]
    [InlineData("FOO\r\n", nameof(NatsRead.UnknownOperation), 1)]
    [InlineData("PX", nameof(NatsRead.UnknownOperation), 2)]
    [InlineData("PUBX", nameof(NatsRead.UnknownOperation), 4)]
    [InlineData("\r\n", nameof(NatsRead.UnknownOperation), 1)]
    [InlineData("MSG a 1 0\r\n\r\n", nameof(NatsRead.UnknownOperation), 1)]
    [InlineData("HMSG a 1 0\r\n\r\n", nameof(NatsRead.UnknownOperation), 2)]
    [InlineData("SUB\r\n", nameof(NatsRead.UnknownOperation), 4)]
    [InlineData("-ERR\r\n", nameof(NatsRead.UnknownOperation), 5)]
    [InlineData("PUB a\r\n", nameof(NatsRead.BadArguments), 7)]
    [InlineData("PUB a b c 1\r\n", nameof(NatsRead.BadArguments), 13)]
    [InlineData("PUB a b c d e f g 1\r\n", nameof(NatsRead.BadArguments), 21)]
    [InlineData("PUB a -1\r\n", nameof(NatsRead.BadArguments), 10)]
    [InlineData("PUB a 0x1\r\n", nameof(NatsRead.BadArguments), 11)]
    [InlineData("PUB a 9999999999\r\n", nameof(NatsRead.BadArguments), 18)]
    [InlineData("PUB a 65\r\n", nameof(NatsRead.PayloadTooLarge), 10)]
    [InlineData("PUB a 2\r\nabX", nameof(NatsRead.UnknownOperation), 12)]
    [InlineData("PUB a 2\r\nab\rX", nameof(NatsRead.UnknownOperation), 13)]
    [InlineData("HPUB a 3\r\n", nameof(NatsRead.BadArguments), 10)]
    [InlineData("HPUB a 4 3\r\n", nameof(NatsRead.BadArguments), 12)]
    [InlineData("HPUB a 4 65\r\n", nameof(NatsRead.PayloadTooLarge), 13)]
    [InlineData("SUB a\r\n", nameof(NatsRead.BadArguments), 7)]
    [InlineData("SUB a b c d\r\n", nameof(NatsRead.BadArguments), 13)]
    [InlineData("UNSUB \r\n", nameof(NatsRead.BadArguments), 8)]
    [InlineData("UNSUB a 1 2\r\n", nameof(NatsRead.BadArguments), 13)]
    public void Error_is_found_with_the_byte_that_makes_it_one(string text, string error, int at)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        for (var length = 0; length < at; length++)
            Assert.Equal(NatsRead.Incomplete, NatsParser.TryRead(bytes.AsSpan(0, length), Limits, headers: true, out _));
        Assert.Equal(error, NatsParser.TryRead(bytes.AsSpan(0, at), Limits, headers: true, out _).ToString());
    }

    [Theory]
    [InlineData(4096, "\r\n", nameof(NatsRead.Complete))]
    [InlineData(4096, "\r", nameof(NatsRead.Incomplete))]
    [InlineData(4096, "", nameof(NatsRead.Incomplete))]
    [InlineData(4097, "", nameof(NatsRead.ControlLineTooLong))]
    [InlineData(4097, "\r\n", nameof(NatsRead.ControlLineTooLong))]
    [InlineData(100_000, "\r\n", nameof(NatsRead.ControlLineTooLong))]
    public void Control_line_has_4096_bytes_at_most_without_its_verb_and_end(int argument, string end, string read)
    {
        var bytes = Encoding.Latin1.GetBytes("PING    " + new string('x', argument) + end);
        Assert.Equal(read, NatsParser.TryRead(bytes, Limits, headers: true, out _).ToString());
    }

    [Fact]
    public void Hpub_without_headers_is_refused_as_soon_as_its_line_is_there() =>
        Assert.Equal(NatsRead.HeadersNotSupported, NatsParser.TryRead("HPUB a 0 10\r\n"u8, Limits, headers: false, out _));

    [Fact]
    public void Incomplete_payload_tells_what_is_needed()
    {
        Assert.Equal(NatsRead.Incomplete, NatsParser.TryRead("PUB a 10\r\nxy"u8, Limits, headers: true, out var op));
        Assert.Equal(10 + 10 + 2, op.TotalBytes);
    }

    /// <summary>Random operations, whole and cut at every byte: a cut is incomplete, never something else, and never needs more than there is.</summary>
    [Fact]
    public void Any_cut_of_any_operation_is_incomplete_and_the_whole_is_read() =>
        Operations.Sample(
            text =>
            {
                var bytes = Encoding.Latin1.GetBytes(text);
                for (var length = 0; length < bytes.Length; length++)
                {
                    Assert.Equal(NatsRead.Incomplete, NatsParser.TryRead(bytes.AsSpan(0, length), Limits, headers: true, out var part));
                    Assert.True(part.TotalBytes == 0 || part.TotalBytes == bytes.Length, text);
                }

                Assert.Equal(NatsRead.Complete, NatsParser.TryRead(bytes, Limits, headers: true, out var op));
                Assert.Equal(bytes.Length, op.TotalBytes);
            },
            iter: 2_000);

    /// <summary>Whatever comes, the answer is one of the known ones and points into the bytes.</summary>
    [Fact]
    public void Hostile_bytes_never_throw_and_never_point_outside() =>
        Gen.Select(Gen.OneOfConst("PUB ", "HPUB ", "SUB ", "UNSUB ", "CONNECT ", "PING", "-ERR ", ""), Gen.Byte.Array[0, 60]).Sample(
            (verb, tail) =>
            {
                byte[] bytes = [.. Encoding.Latin1.GetBytes(verb), .. tail];
                if (NatsParser.TryRead(bytes, Limits, headers: true, out var op) == NatsRead.Complete)
                    _ = Meaning(bytes, op);
            },
            iter: 50_000);

    private static readonly Gen<string> Blank = Gen.OneOfConst(" ", "\t", "  ", " \t ");
    private static readonly Gen<string> End = Gen.OneOfConst("\r\n", "\n");
    private static readonly Gen<string> Word = Gen.OneOfConst("a", "a.b", "foo.*", "x1", ">", "_INBOX.q.1");
    private static readonly Gen<string> Payload = Gen.OneOfConst("", "x", "\r\n", "\n\n\n", "PUB a 1\r\n", new string('z', 40));

    private static readonly Gen<string> Operations = Gen.OneOf(
        Gen.Select(Gen.OneOfConst("PUB", "pub", "Pub"), Blank, Word, Gen.OneOf(Gen.Const(""), Word), End, Payload).Select((verb, blank, subject, reply, end, payload) =>
            $"{verb}{blank}{subject}{blank}{reply}{(reply.Length > 0 ? blank : "")}{payload.Length}{end}{payload}\r\n"),
        Gen.Select(Blank, Word, End, Payload, Payload).Select((blank, subject, end, headers, payload) =>
            $"HPUB{blank}{subject}{blank}{headers.Length}{blank}{Math.Min(64, headers.Length + payload.Length)}{end}{(headers + payload)[..Math.Min(64, headers.Length + payload.Length)]}\r\n"),
        Gen.Select(Blank, Word, Gen.OneOf(Gen.Const(""), Word), End).Select((blank, filter, queue, end) =>
            $"SUB{blank}{filter}{blank}{queue}{(queue.Length > 0 ? blank : "")}12{end}"),
        Gen.Select(Blank, Gen.OneOfConst("", "1", "99"), End).Select((blank, max, end) => $"unsub{blank}12{blank}{max}{end}"),
        Gen.Select(Gen.OneOfConst("PING", "PONG", "+OK", "CONNECT {}", "INFO {}", "-ERR 'x'"), End).Select((verb, end) => verb + end));

    private static string Meaning(byte[] bytes, in NatsOp op)
    {
        string Text(Anode.Protocols.Native.Wire.Slice slice) => Encoding.Latin1.GetString(slice.Of(bytes));
        return op.Verb switch
        {
            NatsVerb.Pub => $"Pub {Text(op.Subject)}, reply '{Text(op.Reply)}', '{Text(op.Payload)}'",
            NatsVerb.HPub => $"HPub {Text(op.Subject)}, reply '{Text(op.Reply)}', headers '{Text(op.Headers)}', '{Text(op.Payload)}'",
            NatsVerb.Sub => $"Sub {Text(op.Subject)}, queue '{Text(op.Queue)}', sid {Text(op.Sid)}",
            NatsVerb.Unsub => $"Unsub {Text(op.Sid)}, max {op.Max}",
            _ => $"{op.Verb} '{Text(op.Text)}'",
        };
    }
}
