using Anode.Mesh;
using Anode.Protocols.Native.Wire;
using Anode.Protocols.Relay;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Protocols.Native;

/// <summary>Publishing and subscribing.</summary>
internal sealed partial class NativeClient
{
    // The last subject that was admitted, since most sources repeat theirs.
    private byte[] _goodSubject = [];
    private int _goodLength;
    private int _awaitedPuts; // of other nodes' receipts

    /// <returns>How many of the bytes behind it were more of the same, and went with it.</returns>
    private int OnMsg(Slab slab, int offset, ReadOnlySpan<byte> body, int items, int at, int behind)
    {
        if (!Check(BodyReader.ReadMsg(body, items, at, out var view, _limits.NestingDepth)))
            return 0;
        var message = Publication(body, view);
        if (!Admit(message, id: null))
            return 0;
        (message.FrameSlab, message.FrameOffset, message.FrameLength) = (slab, offset - Framing.PrefixBytes, body.Length + Framing.PrefixBytes);
        (message.PayloadSlab, message.PayloadOffset, message.Stride) = (slab, offset + view.Payload.Offset, message.FrameLength);
        if (behind >= message.FrameLength && FrameRun.CanBegin(view, body.Length))
            return OnRun(ref message, view.Payload.Offset + Framing.PrefixBytes, behind);
        if (_fanout.Publish(ref message) == 0 && message.Reply.Length > 0)
            SendNoResponders(message.Reply);
        return 0;
    }

    private int OnRun(ref Publication first, int frontBytes, int behind)
    {
        var window = first.FrameSlab!.Buffer.AsSpan(first.FrameOffset, first.FrameLength + behind);
        var count = FrameRun.Length(window, first.FrameLength, frontBytes);
        _messages += count - 1;
        _fanout.PublishRun(ref first, count);
        return (count - 1) * first.FrameLength;
    }

    private void OnPut(ReadOnlySpan<byte> body, int items, int at)
    {
        if (!Check(BodyReader.ReadPut(body, items, at, out var view, _limits.NestingDepth)))
            return;
        var message = Publication(body, view);
        if (!Admit(message, view.Id))
            return;
        _receipts ??= _producer is { Length: > 0 } ? core.Receipts.Of(_producer) : core.Receipts.OfNobody();
        if (!_receipts.TryTake(view.Id, core.Mesh is null ? null : _connection.Self, out var receivers, out var isAnswered))
        {
            core.Counters.CountDuplicate();
            if (isAnswered)
                SendOk(view.Id, receivers);
            return;
        }

        // Alone in its flush, so that the receipt counts only who really took it.
        _fanout.Flush();
        var scratch = _fanout.Scratch;
        var room = scratch.Reserve(FrameWriter.SizeOfMsgFromPut(body.Length, view));
        var length = FrameWriter.MsgFromPut(room, prefix: true, body, view);
        (message.FrameSlab, message.FrameOffset, message.FrameLength) = (scratch.Slab, scratch.Commit(length), length);
        if (core.Mesh is { } mesh)
        {
            PutAcross(mesh, ref message, view.Id, room[..length]);
            return;
        }

        var asked = _fanout.Publish(ref message);
        receivers = asked - _fanout.Flush();
        _receipts.Answer(view.Id, receivers);
        SendOk(view.Id, receivers);
        if (asked == 0 && message.Reply.Length > 0)
            SendNoResponders(message.Reply);
    }

    /// <summary>The receipt is due once the nodes that are subscribed have said that they have it.</summary>
    private void PutAcross(MeshCore mesh, ref Publication message, ulong id, ReadOnlySpan<byte> frame)
    {
        var put = new PendingPut(id, _receipts!);
        var asked = _fanout.Publish(ref message, put);
        var here = _fanout.LocalReceivers;
        if (put.OpenParts > 0)
        {
            put.Frame = frame.ToArray();
            _awaitedPuts++;
        }

        var receivers = here - _fanout.Flush();
        if (mesh.Receipts.Sent(put, receivers))
        {
            _awaitedPuts -= put.Frame.Length > 0 ? 1 : 0;
            var others = _receipts!.Answer(id, put.Receivers).Where(client => !client.Equals(_connection.Self));
            ReceiptDesk.Tell([.. others.Select(client => new Settled(client, id, put.Receivers))]);
            SendOk(id, put.Receivers);
        }

        if (asked == 0 && message.Reply.Length > 0)
            SendNoResponders(message.Reply);
    }

    private void OnSettled(PutsSettled settled)
    {
        foreach (var (id, receivers) in settled.Receipts)
        {
            if (receivers == PutsSettled.Late)
                SendErr(ErrorCode.ReceiptTimeout, "not every node that is subscribed has confirmed it yet; it is still being tried", id);
            else
                SendOk(id, receivers);
            _awaitedPuts -= receivers == PutsSettled.Late ? 0 : 1;
        }

        // A PUT may have been sent again by another connection of the same producer, which then waits without having counted it.
        _awaitedPuts = Math.Max(0, _awaitedPuts);

        EndTurn();
        _connection.ResumeReading();
    }

    private static Publication Publication(ReadOnlySpan<byte> body, in MsgView view) => new()
    {
        Subject = view.Subject.Of(body),
        Payload = view.Payload.Of(body),
        PayloadIsString = view.PayloadIsString,
        Reply = view.Reply.Of(body),
        Headers = view.Headers.Of(body),
    };

    /// <summary>Whether the message may be passed on; if not, its sender has been told and the connection goes on.</summary>
    private bool Admit(in Publication message, ulong? id)
    {
        _messages++;
        if (message.Subject.IsEmpty || !message.Subject.SequenceEqual(_goodSubject.AsSpan(0, _goodLength)))
        {
            if (!Subject.IsSubject(message.Subject))
            {
                SendErr(ErrorCode.BadSubject, "a subject is 1 to 255 bytes of tokens joined by dots, without white space, wildcards or empty tokens", id);
                return false;
            }

            if (Subject.IsReserved(message.Subject) && !InboxName.IsInbox(message.Subject))
            {
                SendErr(ErrorCode.Forbidden, "subjects that begin with $ or _inbox are the node's own", id);
                return false;
            }

            if (_goodSubject.Length < message.Subject.Length)
                _goodSubject = new byte[Subject.MaxBytes];
            message.Subject.CopyTo(_goodSubject);
            _goodLength = message.Subject.Length;
        }

        if (message.Payload.Length > _limits.PayloadBytes)
        {
            SendErr(ErrorCode.PayloadTooLarge, $"a payload has at most {_limits.PayloadBytes} bytes", id);
            return false;
        }

        if (message.Reply.Length == 0 || Subject.IsSubject(message.Reply))
            return true;
        SendErr(ErrorCode.BadSubject, "the reply is not a subject", id);
        return false;
    }

    private void OnSub(ReadOnlySpan<byte> body, int items, int at)
    {
        if (!Check(BodyReader.ReadSub(body, items, at, out var sub, _limits.NestingDepth)))
            return;
        var filter = sub.Filter.Of(body);
        var queue = sub.HasQueue ? sub.Queue.Of(body) : default;
        if (!Subject.IsFilter(filter) || (sub.HasQueue && !Subject.IsSubject(queue)))
        {
            SendErr(ErrorCode.BadSubject, Subject.IsFilter(filter)
                ? "a queue group's name is written like a subject"
                : "a filter is a subject in which * may stand for one token and > for the rest");
            return;
        }

        if (_subscriptions!.Count >= _limits.SubscriptionsPerConnection)
        {
            SendErr(ErrorCode.TooManySubscriptions, $"a connection has at most {_limits.SubscriptionsPerConnection} subscriptions");
            return;
        }

        _fanout.Flush();
        _subscriptions.Add(sub.Sid, filter.ToArray(), sub.HasQueue ? queue.ToArray() : null, sub.Max);
    }

    private void OnUnsub(ReadOnlySpan<byte> body, int items, int at)
    {
        if (!Check(BodyReader.ReadUnsub(body, items, at, out var unsub, _limits.NestingDepth)))
            return;
        _fanout.Flush();
        if (unsub.Max == 0)
            _subscriptions!.Remove(unsub.Sid);
        else
            _subscriptions!.SetMax(unsub.Sid, unsub.Max);
    }

    private void SendOk(ulong id, long receivers)
    {
        Answer(FrameWriter.SizeOfOk, out var room);
        Commit(FrameWriter.Ok(room, !_connection.IsDatagram, id, receivers));
    }

    private void SendNoResponders(ReadOnlySpan<byte> reply)
    {
        core.Counters.CountNoResponders();
        Answer(FrameWriter.SizeOfTo(reply.Length, 0, 0, HeaderMap.NoResponders.Length), out var room);
        Commit(FrameWriter.To(room, !_connection.IsDatagram, 0, reply, default, headers: HeaderMap.NoResponders));
    }
}
