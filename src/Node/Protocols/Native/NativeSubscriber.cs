using Anode.Protocols.Native.Wire;
using Anode.Protocols.Relay;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Protocols.Native;

/// <summary>
/// A native client as a destination. An ordinary message reaches it as the publisher's frame, unchanged: a range of the slab it was
/// read into. Where the node chose (queue groups, the inbox) it gets TO.
/// </summary>
internal sealed class NativeSubscriber(IConnection connection) : RelaySubscriber(connection)
{
    private const long InboxSid = 0;

    private readonly bool _datagram = connection.IsDatagram;

    public override void Deliver(ref Publication message, Subscription? chosen, Feed feed)
    {
        if (chosen is not null)
        {
            DeliverTo(ref message, chosen.Sid, feed);
            return;
        }

        feed.Fanout.EnsureFrame(ref message);
        if (_datagram)
            feed.Append(message.FrameSlab!, message.FrameOffset + Framing.PrefixBytes, message.FrameLength - Framing.PrefixBytes, merge: false);
        else
            feed.Append(message.FrameSlab!, message.FrameOffset, message.FrameLength);
    }

    /// <summary>On a stream the frames are one range, however many there are.</summary>
    public override void DeliverRun(ref Publication first, int count, Subscription? chosen, Feed feed)
    {
        if (_datagram || chosen is not null)
        {
            base.DeliverRun(ref first, count, chosen, feed);
            return;
        }

        feed.Fanout.EnsureFrames(ref first, count);
        feed.Append(first.FrameSlab!, first.FrameOffset, first.FrameLength * count, messages: count);
    }

    public override void DeliverToInbox(ref Publication message, Feed feed) => DeliverTo(ref message, InboxSid, feed);

    private void DeliverTo(ref Publication message, long sid, Feed feed)
    {
        var scratch = feed.Fanout.Scratch;
        var room = scratch.Reserve(
            FrameWriter.SizeOfTo(message.Subject.Length, message.Payload.Length, message.Reply.Length, message.Headers.Length));
        var length = FrameWriter.To(
            room, prefix: !_datagram, sid, message.Subject, message.Payload, message.PayloadIsString, message.Reply, message.Headers);
        feed.Append(scratch.Slab!, scratch.Commit(length), length, merge: !_datagram);
    }
}
