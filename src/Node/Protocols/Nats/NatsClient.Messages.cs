using System.Text;
using Anode.Protocols.Nats.Wire;
using Anode.Protocols.Relay;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Protocols.Nats;

/// <summary>Publishing and subscribing.</summary>
internal sealed partial class NatsClient
{
    private const int LongestKnownLine = 512;

    // The last PUB that was admitted: most publishers repeat its control line to the byte.
    private byte[] _knownLine = [];
    private int _knownLineBytes;
    private int _knownTotal;
    private NatsOp _known;

    /// <summary>
    /// PUBs with the control line of the last one: nothing of them has to be read or judged again but where their payloads end. All that are there
    /// go as one run.
    /// </summary>
    private bool TryRepeat(Slab slab, int offset, ReadOnlySpan<byte> window, out int bytes)
    {
        var total = _knownTotal;
        var line = _knownLine.AsSpan(0, _knownLineBytes);
        var count = 0;
        for (bytes = 0; total > 0 && window.Length - bytes >= total; bytes += total, count++)
        {
            var next = window.Slice(bytes, total);
            if (next[^1] != '\n' || next[^2] != '\r' || !next.StartsWith(line))
                break;
        }

        if (count == 0)
            return false;
        var message = new Publication
        {
            Subject = _known.Subject.Of(window),
            Payload = _known.Payload.Of(window),
            PayloadSlab = slab,
            PayloadOffset = offset + _known.Payload.Offset,
            PayloadEndsLine = true,
            Stride = total,
        };
        _messages += count;
        _fanout.PublishRun(ref message, count);
        return true;
    }

    private void OnPublish(Slab slab, int offset, ReadOnlySpan<byte> bytes, in NatsOp op)
    {
        var message = new Publication
        {
            Subject = op.Subject.Of(bytes),
            Payload = op.Payload.Of(bytes),
            Reply = op.Reply.Of(bytes),
            HeaderBlock = op.Headers.Of(bytes),
            PayloadSlab = slab,
            PayloadOffset = offset + op.Payload.Offset,
            PayloadEndsLine = true,
        };
        _messages++;
        if (!Subject.IsSubject(message.Subject) || (message.Reply.Length > 0 && !Subject.IsSubject(message.Reply)))
        {
            _knownTotal = 0;
            SendErr(NatsText.InvalidPublishSubject);
            return;
        }

        var reserved = Subject.IsReserved(message.Subject) && !InboxName.IsInbox(message.Subject);
        if (reserved && message.Reply.IsEmpty)
        {
            _knownTotal = 0;
            SendErr($"Permissions Violation for Publish to \"{Encoding.UTF8.GetString(message.Subject)}\"");
            return;
        }

        Remember(bytes, op);
        Confirm();
        // Nobody serves the node's own subjects yet; a client that asks there (for JetStream, say) must hear so at once.
        var receivers = reserved ? 0 : _fanout.Publish(ref message);
        if (receivers == 0 && message.Reply.Length > 0)
            SendNoResponders(message.Reply);
    }

    /// <summary>Requests differ in their reply, and who wants +OK takes the long way.</summary>
    private void Remember(ReadOnlySpan<byte> bytes, in NatsOp op)
    {
        _knownTotal = 0;
        if (op.Verb != NatsVerb.Pub || !op.Reply.IsEmpty || _options.Verbose || op.LineBytes > LongestKnownLine)
            return;
        if (_knownLine.Length < op.LineBytes)
            _knownLine = new byte[LongestKnownLine];
        bytes[..op.LineBytes].CopyTo(_knownLine);
        (_known, _knownLineBytes, _knownTotal) = (op, op.LineBytes, op.TotalBytes);
    }

    private void SendNoResponders(ReadOnlySpan<byte> reply)
    {
        core.Counters.CountNoResponders();
        if (!_options.NoResponders || _subscriptions.Matching(reply) is not { } subscription)
            return;
        Span<byte> digits = stackalloc byte[NatsWriter.MaxDigits];
        var sid = subscription.Sid < 0 ? _subscriber.Sids.NameOf(subscription.Sid) : digits[..NatsWriter.Digits(digits, subscription.Sid)];
        var block = NatsWriter.NoResponders;
        Answer(NatsWriter.SizeOfLine(reply.Length, sid.Length, 0) + block.Length + NatsWriter.EndOfLine.Length, out var room);
        var at = NatsWriter.HMsgLine(room, reply, sid, default, block.Length, 0);
        block.CopyTo(room[at..]);
        NatsWriter.EndOfLine.CopyTo(room[(at + block.Length)..]);
        Commit(at + block.Length + NatsWriter.EndOfLine.Length);
    }

    private void OnSub(ReadOnlySpan<byte> bytes, in NatsOp op)
    {
        var filter = op.Subject.Of(bytes);
        var queue = op.Queue.Of(bytes);
        if (_subscriptions.Count >= _limits.SubscriptionsPerConnection)
        {
            SendErr(NatsText.TooManySubscriptions);
            return;
        }

        // A name in use keeps its subscription, and the rest of the line is not looked at.
        if (_subscriber.Sids.TryFind(op.Sid.Of(bytes), out var known) && _subscriptions.IsInUse(known))
        {
            Confirm();
            return;
        }

        if (!Subject.IsFilter(filter) || (queue.Length > 0 && !Subject.IsSubject(queue)))
        {
            SendErr(NatsText.InvalidSubject);
            return;
        }

        _fanout.Flush();
        _subscriptions.Add(_subscriber.Sids.NumberOf(op.Sid.Of(bytes)), filter.ToArray(), queue.Length > 0 ? queue.ToArray() : null, 0);
        Confirm();
    }

    private void OnUnsub(ReadOnlySpan<byte> bytes, in NatsOp op)
    {
        _fanout.Flush();
        if (_subscriber.Sids.TryFind(op.Sid.Of(bytes), out var sid))
        {
            if (op.Max == 0)
                _subscriptions.Remove(sid);
            else
                _subscriptions.SetMax(sid, op.Max);
            ForgetNameOf(sid);
        }

        Confirm();
    }

    /// <summary>Unless it is in use, perhaps again.</summary>
    private void ForgetNameOf(long sid)
    {
        if (sid < 0 && !_subscriptions.Has(sid))
            _subscriber.Sids.Forget(sid);
    }
}
