using Akka.Actor;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Protocols.Relay;

/// <summary>
/// A connection as a destination: how a message becomes bytes for it. Called on the turns of many sources at once, so it holds
/// nothing that changes, but its outlet.
/// </summary>
internal abstract class RelaySubscriber(IConnection connection) : Subscriber
{
    private readonly IActorRef _owner = connection.Self;
    private IConnection? _connection = connection;

    /// <summary>The connection it is; on its own turn only.</summary>
    public IConnection Connection => _connection ?? throw new InvalidOperationException("the connection has ended");

    public Outlet Outlet { get; } = connection.Outlet;

    /// <summary>False: what it publishes does not come back to it. Looked at on its own turn only, when a route is made.</summary>
    public bool Echo { get; set; } = true;

    /// <summary>One copy for each matching subscription (NATS), or one for the connection however many of its filters match.</summary>
    public virtual bool PerSubscription => false;

    /// <summary>Appends the message in this protocol's form.</summary>
    /// <param name="message">May get its native frame here.</param>
    /// <param name="chosen">The one subscription the node chose, for a queue group; null for an ordinary delivery.</param>
    /// <param name="feed">Where it goes.</param>
    public abstract void Deliver(ref Publication message, Subscription? chosen, Feed feed);

    /// <summary>Appends a run (<see cref="Fanout.PublishRun"/>): as so many messages, unless the protocol knows a cheaper way.</summary>
    public virtual void DeliverRun(ref Publication first, int count, Subscription? chosen, Feed feed)
    {
        for (var i = 0; i < count; i++)
        {
            var message = first.InRun(i);
            Deliver(ref message, chosen, feed);
        }
    }

    /// <summary>It leads to other nodes.</summary>
    public virtual bool IsLink => false;

    /// <summary>What a source gathers for it.</summary>
    public virtual Feed CreateFeed(Fanout fanout) => new(fanout, this);

    /// <summary>Of a link: the message is for one node only.</summary>
    /// <param name="message">May get its native frame here.</param>
    /// <param name="node">Its name.</param>
    /// <param name="queue">There for one member of this group; empty: none.</param>
    /// <param name="feed">Where it goes.</param>
    public virtual void Forward(ref Publication message, byte[] node, byte[]? queue, Feed feed) =>
        throw new NotSupportedException("only a link leads to other nodes");

    /// <summary>Something was published to this connection's inbox.</summary>
    public abstract void DeliverToInbox(ref Publication message, Feed feed);

    /// <summary>
    /// The connection has ended. Sources may remember this subscriber for a while, and must not keep alive what the connection held: a send that was
    /// still in flight, with its buffers.
    /// </summary>
    public void Part() => _connection = null;

    /// <summary>One of its subscriptions has used up its maximum and is out of the index; the connection forgets it on its own turn.</summary>
    public void OnExhausted(Subscription subscription) => _owner.Tell(new SubscriptionExhausted(subscription), ActorRefs.NoSender);
}

/// <summary>To the connection that had the subscription.</summary>
internal sealed record SubscriptionExhausted(Subscription Subscription) : IReapable;
