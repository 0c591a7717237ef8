using Anode.Mesh;
using Anode.Protocols.Relay;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Protocols.Link;

/// <summary>A link as a destination: a message goes over it once, however many nodes behind it want it, as its publisher's frame.</summary>
internal sealed class LinkSubscriber(IConnection connection) : RelaySubscriber(connection)
{
    /// <summary>Counts what goes out; set when the handshake is done.</summary>
    public MeshLink? Link { get; set; }

    public override bool IsLink => true;

    public override Feed CreateFeed(Fanout fanout) => new LinkFeed(fanout, this);

    public override void Deliver(ref Publication message, Subscription? chosen, Feed feed)
    {
        feed.Fanout.EnsureFrame(ref message);
        ((LinkFeed)feed).Append(message, 1, feed.Fanout.RouteAtHand, node: null, queue: null);
    }

    public override void DeliverRun(ref Publication first, int count, Subscription? chosen, Feed feed)
    {
        feed.Fanout.EnsureFrames(ref first, count);
        ((LinkFeed)feed).Append(first, count, feed.Fanout.RouteAtHand, node: null, queue: null);
    }

    public override void Forward(ref Publication message, byte[] node, byte[]? queue, Feed feed)
    {
        feed.Fanout.EnsureFrame(ref message);
        ((LinkFeed)feed).Append(message, 1, null, node, queue);
    }

    /// <summary>Inboxes of other nodes are reached by <see cref="Forward"/>.</summary>
    public override void DeliverToInbox(ref Publication message, Feed feed)
    {
    }
}
