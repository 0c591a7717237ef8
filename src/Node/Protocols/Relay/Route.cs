using Anode.Mesh;
using Anode.Routing;

namespace Anode.Protocols.Relay;

/// <summary>Who gets the messages of one subject from one source; made anew when a change of the index concerns the subject.</summary>
internal sealed class Route(byte[] subject, long version)
{
    private int? _localTargets;

    public byte[] Subject => subject;

    /// <summary>Of the newest map it is known to hold for.</summary>
    public long Version { get; set; } = version;

    public List<Target> Targets { get; } = [];

    public List<QueueGroup> Queues { get; } = [];

    /// <summary>Other nodes that are subscribed, whether there is a way to them just now or not; only on routes of this node's own clients.</summary>
    public List<RemoteNode>? Remotes { get; set; }

    /// <summary>A large message went this way to other nodes, and those behind it must not overtake it.</summary>
    public bool IsBulk { get; set; }

    /// <summary>Deliveries to unlimited subscriptions not yet counted there.</summary>
    public int Uncounted { get; set; }

    /// <summary>
    /// Nobody has to be asked for each message, and nobody wants a copy for each subscription: equal frames in a row are one to it.
    /// </summary>
    public bool IsPlain { get; set; } = true;

    /// <summary>How many of the targets are of this node; asked once they are complete.</summary>
    public int LocalTargets => _localTargets ??= Targets.Count(target => !target.Feed.Subscriber.IsLink);

    /// <summary>Counts the deliveries where they belong.</summary>
    public void Settle()
    {
        foreach (var target in Targets)
        {
            foreach (var subscription in target.Unlimited)
                subscription.Count(Uncounted);
        }

        Uncounted = 0;
    }

    public bool IsEmpty => Targets.Count == 0 && Queues.Count == 0;
}

/// <summary>One copy of a message: to a connection, or to one of its subscriptions.</summary>
internal sealed class Target(Feed feed, Subscription? only)
{
    public Feed Feed => feed;

    /// <summary>Set when the destination wants a copy for each subscription.</summary>
    public Subscription? Only => only;

    /// <summary>Subscriptions without a maximum: one is enough to deliver. Counted in batches, for a maximum may come later.</summary>
    public List<Subscription> Unlimited { get; } = [];

    /// <summary>Subscriptions with a maximum: each must be asked for each message.</summary>
    public List<Subscription>? Limited { get; private set; }

    public void Add(Subscription subscription)
    {
        if (subscription.Max == 0)
            Unlimited.Add(subscription);
        else
            (Limited ??= []).Add(subscription);
    }
}
