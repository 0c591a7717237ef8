using System.Buffers;
using System.Text;
using Anode.Protocols.Native.Wire;
using CsCheck;
using MessagePack;
using Xunit;

namespace Anode.Tests.Protocols.Native;

/// <summary>What is written is read back as it was meant, fits the size announced, and is in the shortest form.</summary>
public class FrameWriterTests
{
    private delegate int Write(Span<byte> destination, bool prefix);

    private static readonly Gen<long> Natural = Gen.OneOf(Gen.Long[0, 300], Gen.Long[0, 70_000], Gen.Long[0, long.MaxValue]);

    private static readonly Gen<ulong> Unsigned = Gen.OneOf(Gen.ULong, Gen.ULong[0, 300]);

    private static readonly Gen<string> Words = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 0, 40], Gen.String[Gen.OneOfConst('a', 'ü', '€', '.'), 0, 300]);

    private static readonly Gen<byte[]> Subject = Words.Select(Encoding.UTF8.GetBytes);

    private static readonly Gen<byte[]> Bytes = Gen.OneOf(
        Gen.Byte.Array[0, 40], Gen.Byte.Array[250, 260], Gen.Int[65_530, 65_540].Select(length => new byte[length]));

    private static readonly Gen<KeyValuePair<string, string>[]> HeaderPairs =
        Gen.Select(Gen.OneOf(Words, Gen.OneOfConst("a", "b")), Words, KeyValuePair.Create).Array[0, 20];

    private static readonly Gen<(byte[] Subject, byte[] Payload, bool IsString, byte[] Reply, byte[] Headers)> Message =
        Gen.Select(Subject, Bytes, Gen.Bool, Subject, HeaderPairs.Select(HeaderMap.Build));

    [Fact]
    public void Messages_come_back_as_written() =>
        Gen.Select(Message, Natural, Unsigned).Sample((m, sid, id) =>
        {
            var (subject, payload, isString, reply, headers) = m;
            var msg = Written(
                (to, prefix) => FrameWriter.Msg(to, prefix, subject, payload, isString, reply, headers),
                FrameWriter.SizeOfMsg(subject.Length, payload.Length, reply.Length, headers.Length));
            var to = Written(
                (to, prefix) => FrameWriter.To(to, prefix, sid, subject, payload, isString, reply, headers),
                FrameWriter.SizeOfTo(subject.Length, payload.Length, reply.Length, headers.Length));
            var put = Written(
                (to, prefix) => FrameWriter.Put(to, prefix, id, subject, payload, isString, reply, headers),
                FrameWriter.SizeOfPut(subject.Length, payload.Length, reply.Length, headers.Length));

            Assert.True(BodyReader.TryReadKind(msg, out var items, out var kind, out var at));
            Assert.Equal((long)Kind.Msg, kind);
            Assert.Equal(ParseError.Ok, BodyReader.ReadMsg(msg, items, at, out var view));
            Assert.True(view.Subject.Of(msg).SequenceEqual(subject) && view.Payload.Of(msg).SequenceEqual(payload));
            Assert.True(view.Reply.Of(msg).SequenceEqual(reply) && view.Headers.Of(msg).SequenceEqual(headers));
            Assert.Equal((isString, reply.Length > 0), (view.PayloadIsString, view.HasReply));
            var meaning = Meaning.OfMessage(msg, view);
            Assert.Equal($"TO {sid} {meaning}", Meaning.Of(to));
            Assert.Equal($"PUT {id} {meaning}", Meaning.Of(put));

            Assert.True(BodyReader.TryReadKind(put, out items, out _, out at));
            Assert.Equal(ParseError.Ok, BodyReader.ReadPut(put, items, at, out var putView));
            Assert.Equal(id, putView.Id);
            Assert.Equal(msg, Written(
                (to, prefix) => FrameWriter.MsgFromPut(to, prefix, put, putView),
                FrameWriter.SizeOfMsgFromPut(put.Length, putView)));
            Assert.Equal(to, Written(
                (to, prefix) => FrameWriter.To(to, prefix, sid, put, putView), FrameWriter.SizeOfTo(put.Length, putView)));
            Assert.Equal(to, Written(
                (to, prefix) => FrameWriter.To(to, prefix, sid, msg, view), FrameWriter.SizeOfTo(msg.Length, view)));
        }, iter: 2_000);

    [Fact]
    public void Front_is_new_and_the_rest_is_passed_on_in_the_form_it_came()
    {
        foreach (var form in new[] { 1, 2, 3 })
        {
            var put = Value.List([.. Bodies.Put.Items, 300, "newer"]).Encode(_ => form);
            Assert.True(BodyReader.TryReadKind(put, out var items, out _, out var at));
            Assert.True(BodyReader.ReadPut(put, items, at, out var view).IsOk);
            var msg = Written(
                (to, prefix) => FrameWriter.MsgFromPut(to, prefix, put, view), FrameWriter.SizeOfMsgFromPut(put.Length, view));
            Assert.Equal([0x97, 3, .. put.AsSpan(view.TailOffset)], msg);
            Assert.Equal(Meaning.Of(Bodies.Msg.Encode()), Meaning.Of(msg));
        }
    }

    [Fact]
    public void Message_with_many_unknown_items_keeps_them_all()
    {
        var extra = Enumerable.Repeat((Value)1, 70_000);
        var put = Value.List([12, 7, "a", new byte[] { 1 }, Value.Nil, Value.Nil, .. extra]).Encode(at => at == 0 ? 2 : 0);
        Assert.True(BodyReader.TryReadKind(put, out var items, out _, out var at));
        Assert.True(BodyReader.ReadPut(put, items, at, out var view).IsOk);
        var to = Written(
            (to, prefix) => FrameWriter.To(to, prefix, long.MaxValue, put, view), FrameWriter.SizeOfTo(put.Length, view));
        Assert.True(BodyReader.TryReadKind(to, out var toItems, out _, out _));
        Assert.Equal(items, toItems);
        Assert.StartsWith($"TO {long.MaxValue} 61 bin 01", Meaning.Of(to));
    }

    [Fact]
    public void Session_frames_of_a_client_come_back_as_written()
    {
        var maybe = Words.Null();
        var hellos = Gen.Select(Natural, maybe, maybe, maybe, maybe, Gen.Bool, maybe);
        hellos.Sample((version, name, token, user, password, echo, producer) =>
        {
            foreach (var (cookie, heartbeat) in new (byte[]?, long?)[] { (null, null), ([1, 2, 3], version), ([], 0) })
            {
                var hello = new Hello
                {
                    Version = version,
                    Name = name,
                    Token = token,
                    User = user,
                    Password = password,
                    Echo = echo,
                    Producer = producer,
                    HeartbeatMs = heartbeat,
                };
                var sent = hello with { Cookie = cookie };
                var body = Written((to, prefix) => FrameWriter.Hello(to, prefix, sent), FrameWriter.SizeOf(sent));
                Assert.True(BodyReader.TryReadKind(body, out var items, out _, out var at));
                Assert.Equal(ParseError.Ok, BodyReader.ReadHello(body, items, at, out var read));
                Assert.Equal(cookie, read!.Cookie);
                Assert.Equal(hello, read with { Cookie = null });
            }
        }, iter: 1_000);

        Gen.Select(Natural, Words, Words, Natural).Sample((sid, filter, queue, max) =>
        {
            var (filterBytes, queueBytes) = (Encoding.UTF8.GetBytes(filter), Encoding.UTF8.GetBytes(queue));
            var sub = Written(
                (to, prefix) => FrameWriter.Sub(to, prefix, sid | 1, filterBytes, queueBytes, max),
                FrameWriter.SizeOfSub(filterBytes.Length, queueBytes.Length));
            Assert.Equal(
                $"SUB {sid | 1} {Convert.ToHexString(filterBytes)} {queue is not ""} {Convert.ToHexString(queueBytes)} {max}",
                Meaning.Of(sub));
            var unsub = Written((to, prefix) => FrameWriter.Unsub(to, prefix, sid | 1, max), FrameWriter.SizeOfUnsub);
            Assert.Equal($"UNSUB {sid | 1} {max}", Meaning.Of(unsub));
        }, iter: 1_000);
    }

    [Fact]
    public void Session_frames_of_a_node_come_back_as_written() =>
        Gen.Select(Natural, Words, Words, Words.Array[0, 20], Unsigned, Gen.Bool).Sample((number, one, two, many, id, has) =>
        {
            var welcome = new Welcome
            {
                Version = number,
                Node = one,
                Connection = two,
                Inbox = one + two,
                Hostname = two + one,
                Address = two,
                MaxPayload = number,
                HeartbeatMs = number,
                Addresses = many,
            };
            var body = Written((to, prefix) => FrameWriter.Welcome(to, prefix, welcome), FrameWriter.SizeOf(welcome));
            Assert.True(BodyReader.TryReadKind(body, out var items, out _, out var at));
            Assert.Equal(ParseError.Ok, BodyReader.ReadWelcome(body, items, at, out var read));
            Assert.Equal(many, read!.Addresses);
            Assert.Equal(welcome with { Addresses = [] }, read with { Addresses = [] });

            long? receivers = has ? number : null;
            ulong? about = has ? id : null;
            Assert.Equal(
                $"{new Ok(id, receivers)}",
                Meaning.Of(Written((to, prefix) => FrameWriter.Ok(to, prefix, id, receivers), FrameWriter.SizeOfOk)));
            Assert.Equal(
                $"{new Err(one, two, about)}",
                Meaning.Of(Written(
                    (to, prefix) => FrameWriter.Err(to, prefix, one, two, about), FrameWriter.SizeOfErr(one, two))));
            Assert.Equal(
                $"BYE {one} {receivers} [{string.Join(" ", many)}]",
                Meaning.Of(Written(
                    (to, prefix) => FrameWriter.Bye(to, prefix, one, receivers, many), FrameWriter.SizeOfBye(one, many))));
            var cookie = Encoding.UTF8.GetBytes(one);
            Assert.Equal(
                $"RETRY {Convert.ToHexString(cookie)}",
                Meaning.Of(Written(
                    (to, prefix) => FrameWriter.Retry(to, prefix, cookie), FrameWriter.SizeOfRetry(cookie.Length))));
            var token = ((Value)two).Encode();
            Assert.Equal(
                Meaning.Of(Value.List(8, two).Encode()),
                Meaning.Of(Written((to, prefix) => FrameWriter.Pong(to, prefix, token), FrameWriter.SizeOfToken(token.Length))));
        }, iter: 1_000);

    [Fact]
    public void Writer_chooses_the_form_the_library_chooses()
    {
        var numbers = Enumerable.Range(0, 64).SelectMany(bit => new[] { 1L << bit, -(1L << bit) })
            .SelectMany(number => new[] { number, number - 1 });
        foreach (var number in numbers)
            Same((ref MsgPackWriter ours) => ours.Integer(number), (ref MessagePackWriter theirs) => theirs.Write(number));
        foreach (var length in new[] { 0, 15, 16, 31, 32, 255, 256, 65_535, 65_536 })
        {
            var bytes = new byte[length];
            Same((ref MsgPackWriter ours) => ours.String(bytes), (ref MessagePackWriter theirs) => theirs.WriteString(bytes));
            Same((ref MsgPackWriter ours) => ours.Binary(bytes), (ref MessagePackWriter theirs) => theirs.Write(bytes));
            Same(
                (ref MsgPackWriter ours) => ours.ArrayHeader(length),
                (ref MessagePackWriter theirs) => theirs.WriteArrayHeader(length));
            Same(
                (ref MsgPackWriter ours) => ours.MapHeader(length),
                (ref MessagePackWriter theirs) => theirs.WriteMapHeader(length));
        }
    }

    private delegate void Ours(ref MsgPackWriter writer);

    private delegate void Theirs(ref MessagePackWriter writer);

    private static void Same(Ours ours, Theirs theirs)
    {
        var buffer = new byte[70_000];
        var writer = new MsgPackWriter(buffer);
        ours(ref writer);
        var oracle = new ArrayBufferWriter<byte>();
        var library = new MessagePackWriter(oracle);
        theirs(ref library);
        library.Flush();
        Assert.Equal(oracle.WrittenSpan.ToArray(), buffer[..writer.Position]);
    }

    /// <summary>The body, written into exactly the room asked for, once with and once without prefix.</summary>
    private static byte[] Written(Write write, int size)
    {
        var frame = new byte[size];
        var body = frame[..write(frame, false)];
        var length = write(frame, true);
        Assert.Equal(FrameResult.Complete, Framing.TryRead(frame.AsSpan(0, length), size, out var at, out _, out var total));
        Assert.Equal(length, total);
        Assert.Equal(body, frame[at..length]);
        return body;
    }
}
