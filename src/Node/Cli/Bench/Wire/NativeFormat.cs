using Anode.Cli.Client;
using Anode.Protocols.Native.Wire;

namespace Anode.Cli.Bench.Wire;

/// <summary>The native protocol on a stream.</summary>
internal class NativeFormat : WireFormat
{
    private const int MaxFrameBytes = 128 * 1024 * 1024;

    private static readonly byte[] PingFrame = Frame(FrameWriter.SizeOfToken(), room => FrameWriter.Ping(room, prefix: true));

    public override string Name => "native";

    public override PieceKind EndOfHandshake => PieceKind.Greeting;

    public override ReadOnlySpan<byte> Ping => PingFrame;

    public override byte[] Hello(Role role, Credentials credentials)
    {
        var hello = new Hello { Name = "anode bench", Token = credentials.Token, User = credentials.User, Password = credentials.Password };
        return Frame(FrameWriter.SizeOf(hello), room => FrameWriter.Hello(room, prefix: true, hello));
    }

    public override byte[] Subscribe(long sid, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> queue)
    {
        var room = new byte[FrameWriter.SizeOfSub(subject.Length, queue.Length)];
        return room[..FrameWriter.Sub(room, prefix: true, sid, subject, queue)];
    }

    public override byte[] Unsubscribe(long sid)
    {
        var room = new byte[FrameWriter.SizeOfUnsub];
        return room[..FrameWriter.Unsub(room, prefix: true, sid)];
    }

    public override byte[] Pong(ReadOnlySpan<byte> ping)
    {
        Framing.TryRead(ping, MaxFrameBytes, out var offset, out var length, out _);
        var body = ping.Slice(offset, length);
        BodyReader.TryReadKind(body, out var items, out _, out var at);
        var token = BodyReader.ReadToken(body, items, at, out var slice).IsOk ? slice.Of(body).ToArray() : [];
        return Frame(FrameWriter.SizeOfToken(token.Length), room => FrameWriter.Pong(room, prefix: true, token));
    }

    public override int SizeOf(int subjectBytes, int payloadBytes, int replyBytes) => FrameWriter.SizeOfMsg(subjectBytes, payloadBytes, replyBytes);

    public override int Write(
        Span<byte> room, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> reply, out int payloadOffset)
    {
        var length = FrameWriter.Msg(room, prefix: true, subject, payload, reply: reply);
        payloadOffset = Parse(room[..length]).PayloadOffset;
        return length;
    }

    public override string InboxOf(string greeting, string own) => $"{greeting}.1";

    public override byte[] SubscribeInbox(string inbox) => [];

    public override Piece Parse(ReadOnlySpan<byte> window)
    {
        switch (Framing.TryRead(window, MaxFrameBytes, out var offset, out var length, out var total))
        {
            case FrameResult.Complete:
                return Understand(window.Slice(offset, length), offset, total);
            case FrameResult.Incomplete:
                return Piece.Incomplete;
            default:
                throw Nonsense("its length");
        }
    }

    private static Piece Understand(ReadOnlySpan<byte> body, int offset, int total)
    {
        if (!BodyReader.TryReadKind(body, out var items, out var kind, out var at))
            throw Nonsense(ParseError.NoKind.ToString());
        switch ((Kind)Math.Clamp(kind, 0, byte.MaxValue))
        {
            case Kind.Msg when BodyReader.ReadMsg(body, items, at, out var view).IsOk:
                return Message(body, view, offset, total, inbox: false);
            case Kind.To when BodyReader.ReadTo(body, items, at, out var sid, out var view).IsOk:
                return Message(body, view, offset, total, inbox: sid == Delivered.InboxSid);
            case Kind.Msg or Kind.To:
                throw Nonsense("its message");
            case Kind.Ping:
                return new Piece(PieceKind.Ping, total);
            case Kind.Pong:
                return new Piece(PieceKind.Pong, total);
            case Kind.Welcome when BodyReader.ReadWelcome(body, items, at, out var welcome).IsOk:
                return new Piece(PieceKind.Greeting, total) { Text = welcome!.Inbox };
            case Kind.Err when BodyReader.ReadErr(body, items, at, out var err).IsOk:
                return new Piece(PieceKind.Refusal, total) { Text = $"{err!.Code}: {err.Text}" };
            case Kind.Bye when BodyReader.ReadBye(body, items, at, out var bye).IsOk:
                return new Piece(PieceKind.Refusal, total) { Text = bye!.Reason };
            default:
                return new Piece(PieceKind.Other, total);
        }
    }

    private static Piece Message(ReadOnlySpan<byte> body, MsgView view, int offset, int total, bool inbox) => new(PieceKind.Message, total)
    {
        PayloadOffset = offset + view.Payload.Offset,
        PayloadLength = view.Payload.Length,
        ReplyOffset = offset + view.Reply.Offset,
        ReplyLength = view.HasReply ? view.Reply.Length : 0,
        IsNoResponders = inbox && view.Payload.IsEmpty
            && HeaderMap.TryGet(view.Headers.Of(body), "status"u8, out var status) && status.SequenceEqual("503"u8),
    };

    private static byte[] Frame(int size, Func<byte[], int> write)
    {
        var room = new byte[size];
        return room[..write(room)];
    }

    private static IOException Nonsense(string what) => new($"what came is not the native protocol: {what}");
}
