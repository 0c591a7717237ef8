using Anode.Protocols.Nats.Wire;
using Anode.Protocols.Relay;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Protocols.Nats;

/// <summary>
/// A NATS client as a destination. It gets a copy for each of its subscriptions: a control line that names it, then headers and payload as
/// they came.
/// </summary>
/// <remarks>
/// Small messages are encoded once, into one piece, for all destinations whose subscription has the same number: most clients count from 1, so
/// a fan-out to many is one encoding. Large ones leave as a line and a range of the slab they were read into.
/// </remarks>
internal sealed class NatsSubscriber(IConnection connection) : RelaySubscriber(connection)
{
    private const int CopyUpToBytes = 4 * 1024;

    private volatile bool _takesHeaders;

    /// <summary>Its names for its subscriptions.</summary>
    public NatsSids Sids { get; } = new();

    /// <summary>Said in CONNECT; without it, messages come without their headers.</summary>
    public bool TakesHeaders
    {
        get => _takesHeaders;
        set => _takesHeaders = value;
    }

    public override bool PerSubscription => true;

    public override void Deliver(ref Publication message, Subscription? chosen, Feed feed)
    {
        var sid = chosen!.Sid;
        var fanout = feed.Fanout;
        var block = _takesHeaders ? fanout.HeaderBlockOf(ref message) : default;
        if (message.TextSlab is not null && message.TextSid == sid && message.TextHeaderBytes == block.Length)
        {
            feed.Append(message.TextSlab, message.TextOffset, message.TextLength);
            return;
        }

        Span<byte> digits = stackalloc byte[NatsWriter.MaxDigits];
        var name = sid < 0 ? Sids.NameOf(sid) : digits[..NatsWriter.Digits(digits, sid)];
        if (name.IsEmpty)
            return;
        if (message.Payload.Length > CopyUpToBytes && message.PayloadSlab is not null)
            AppendPieces(ref message, name, block, feed);
        else
            AppendWhole(ref message, sid, name, block, feed);
    }

    /// <summary>The whole run in one piece, encoded once for all destinations whose subscription has the same number.</summary>
    public override void DeliverRun(ref Publication first, int count, Subscription? chosen, Feed feed)
    {
        var sid = chosen!.Sid;
        if (sid < 0 || first.Payload.Length > CopyUpToBytes)
        {
            base.DeliverRun(ref first, count, chosen, feed);
            return;
        }

        if (first.TextSlab is null || first.TextSid != sid)
            EncodeRun(ref first, count, sid, feed.Fanout.Scratch);
        feed.Append(first.TextSlab!, first.TextOffset, first.TextLength * count, messages: count);
    }

    /// <summary>It has no inbox of the native kind: it is never told its name.</summary>
    public override void DeliverToInbox(ref Publication message, Feed feed)
    {
    }

    private static void AppendWhole(ref Publication message, long sid, scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> block, Feed feed)
    {
        var scratch = feed.Fanout.Scratch;
        var payload = message.Payload;
        var room = scratch.Reserve(
            NatsWriter.SizeOfLine(message.Subject.Length, name.Length, message.Reply.Length) + block.Length + payload.Length + NatsWriter.EndOfLine.Length);
        var at = Line(room, message, name, block);
        block.CopyTo(room[at..]);
        at += block.Length;
        payload.CopyTo(room[at..]);
        at += payload.Length;
        NatsWriter.EndOfLine.CopyTo(room[at..]);
        at += NatsWriter.EndOfLine.Length;
        var start = scratch.Commit(at);
        feed.Append(scratch.Slab!, start, at);
        if (sid >= 0)
            (message.TextSlab, message.TextOffset, message.TextLength, message.TextSid, message.TextHeaderBytes) = (scratch.Slab, start, at, sid, block.Length);
    }

    private static void AppendPieces(ref Publication message, scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> block, Feed feed)
    {
        var scratch = feed.Fanout.Scratch;
        var room = scratch.Reserve(
            NatsWriter.SizeOfLine(message.Subject.Length, name.Length, message.Reply.Length) + block.Length + NatsWriter.EndOfLine.Length);
        var at = Line(room, message, name, block);
        block.CopyTo(room[at..]);
        at += block.Length;
        var ended = message.PayloadEndsLine;
        if (!ended)
            NatsWriter.EndOfLine.CopyTo(room[at..]);
        var start = scratch.Commit(at + (ended ? 0 : NatsWriter.EndOfLine.Length));
        feed.Append(scratch.Slab!, start, at);
        feed.AppendMore(message.PayloadSlab!, message.PayloadOffset, message.Payload.Length + (ended ? NatsWriter.EndOfLine.Length : 0));
        if (!ended)
            feed.AppendMore(scratch.Slab!, start + at, NatsWriter.EndOfLine.Length);
    }

    private static void EncodeRun(ref Publication first, int count, long sid, Scratch scratch)
    {
        Span<byte> digits = stackalloc byte[NatsWriter.MaxDigits];
        var name = digits[..NatsWriter.Digits(digits, sid)];
        var size = first.Payload.Length;
        var room = scratch.Reserve(
            (NatsWriter.SizeOfLine(first.Subject.Length, name.Length, 0) + size + NatsWriter.EndOfLine.Length) * count);
        var lineBytes = NatsWriter.MsgLine(room, first.Subject, name, default, size);
        var length = lineBytes + size + NatsWriter.EndOfLine.Length;
        var line = room[..lineBytes];
        var source = first.PayloadSlab!.Buffer;
        for (var (i, at, from) = (0, 0, first.PayloadOffset); i < count; i++, at += length, from += first.Stride)
        {
            if (i > 0)
                line.CopyTo(room[at..]);
            source.AsSpan(from, size).CopyTo(room[(at + lineBytes)..]);
            room[at + length - 2] = (byte)'\r';
            room[at + length - 1] = (byte)'\n';
        }

        (first.TextSlab, first.TextOffset, first.TextLength) = (scratch.Slab, scratch.Commit(length * count), length);
        (first.TextSid, first.TextHeaderBytes) = (sid, 0);
    }

    private static int Line(Span<byte> room, in Publication message, ReadOnlySpan<byte> name, ReadOnlySpan<byte> block) => block.IsEmpty
        ? NatsWriter.MsgLine(room, message.Subject, name, message.Reply, message.Payload.Length)
        : NatsWriter.HMsgLine(room, message.Subject, name, message.Reply, block.Length, message.Payload.Length);
}
