using Anode.Protocols.Native.Wire;
using Anode.Protocols.Nats.Wire;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Protocols.Relay;

/// <summary>
/// The routing of one source, on its own turn: matches against the immutable index, remembers routes by subject, gathers one batch for
/// each destination, and sends them on at the end of the read. No router actor, no message per message.
/// </summary>
/// <remarks>
/// A route holds as long as the index's current map is the one it was made from. In order of cost: the same subject as the last message
/// (a comparison), a subject seen before (a dictionary), a new one (the trie).
/// </remarks>
internal sealed class Fanout(RelayCore core, RelaySubscriber? self, Func<int, Slab?> rent)
{
    private const int RememberedRoutes = 4096;

    private readonly Dictionary<byte[], Route> _routes = new(Utf8Key.Comparer);
    private readonly Dictionary<RelaySubscriber, Feed> _feeds = [];
    private readonly List<Feed> _touched = [];
    private readonly List<Route> _uncounted = [];
    private readonly Matches _matches = new();
    private RouteMap _map = RouteMap.Empty;
    private Route _lastRoute = new([]);
    private int _buildMark;
    private int _inboxFeeds;
    private long _published;
    private long _delivered;
    private long _unheard;

    public Scratch Scratch { get; } = new(rent);

    public bool IsOwn(RelaySubscriber subscriber) => ReferenceEquals(subscriber, self);

    /// <summary>Routes one message. Returns how many subscribers (connections, queue members, inboxes) it was gathered for.</summary>
    public int Publish(ref Publication message)
    {
        var receivers = InboxName.IsInbox(message.Subject) ? PublishToInbox(ref message) : PublishToSubscribers(ref message);
        _published++;
        _delivered += receivers;
        _unheard += receivers == 0 ? 1 : 0;
        return receivers;
    }

    /// <summary>The message as a native frame, prefix included, encoded now if its source had none.</summary>
    public void EnsureFrame(ref Publication message)
    {
        if (message.FrameSlab is not null)
            return;
        if (message.Headers.IsEmpty && !message.HeaderBlock.IsEmpty)
            message.Headers = HeaderBlock.ToMap(message.HeaderBlock);
        var room = Scratch.Reserve(FrameWriter.SizeOfMsg(message.Subject.Length, message.Payload.Length, message.Reply.Length, message.Headers.Length));
        var length = FrameWriter.Msg(room, prefix: true, message.Subject, message.Payload, message.PayloadIsString, message.Reply, message.Headers);
        (message.FrameSlab, message.FrameOffset, message.FrameLength) = (Scratch.Slab, Scratch.Commit(length), length);
    }

    /// <summary>The message's headers as NATS writes them, converted now if its source had them as a map.</summary>
    public ReadOnlySpan<byte> HeaderBlockOf(ref Publication message)
    {
        if (message.HeaderBlock.IsEmpty && !message.Headers.IsEmpty)
        {
            var block = new byte[HeaderBlock.SizeOfFromMap(message.Headers)];
            message.HeaderBlock = block.AsSpan(0, HeaderBlock.FromMap(block, message.Headers));
        }

        return message.HeaderBlock;
    }

    /// <summary>Sends on everything gathered. Returns how many copies were turned away.</summary>
    public int Flush()
    {
        foreach (var route in _uncounted)
            Count(route);
        _uncounted.Clear();
        var refused = 0;
        foreach (var feed in _touched)
            refused += feed.Flush();
        _touched.Clear();
        if (_published > 0)
            core.Counters.Count(_published, _delivered, _unheard);
        (_published, _delivered, _unheard) = (0, 0, 0);
        return refused;
    }

    /// <summary>The end of a turn: everything is on its way, and no memory is held.</summary>
    public void EndTurn()
    {
        Flush();
        Scratch.Release();
    }

    /// <summary>An idle source remembers nothing: routes hold on to the index they were made from, and to connections that are gone.</summary>
    public void Forget() => Forget(RouteMap.Empty);

    internal void Touch(Feed feed) => _touched.Add(feed);

    private int PublishToSubscribers(ref Publication message)
    {
        var route = RouteOf(message.Subject);
        if (route.IsEmpty)
            return 0;
        if (route.Uncounted++ == 0)
            _uncounted.Add(route);
        var receivers = 0;
        foreach (var target in route.Targets)
        {
            if (target.Limited is not null && !TakeLimited(target) && target.Unlimited.Count == 0)
                continue;
            target.Feed.Subscriber.Deliver(ref message, target.Only, target.Feed);
            receivers++;
        }

        foreach (var queue in route.Queues)
        {
            if (Choose(queue) is not { } member)
                continue;
            var feed = FeedOf((RelaySubscriber)member.Subscriber);
            feed.Subscriber.Deliver(ref message, member, feed);
            receivers++;
        }

        return receivers;
    }

    private int PublishToInbox(ref Publication message)
    {
        if (core.Inboxes.Find(message.Subject) is not { } subscriber)
            return 0;
        var feed = InboxFeedOf(subscriber);
        subscriber.DeliverToInbox(ref message, feed);
        return 1;
    }

    /// <summary>Inboxes come and go without a change of the index, so what they leave behind here has a bound of its own.</summary>
    private Feed InboxFeedOf(RelaySubscriber subscriber)
    {
        if (!_feeds.ContainsKey(subscriber) && ++_inboxFeeds > RememberedRoutes)
            Forget(_map);
        return FeedOf(subscriber);
    }

    /// <summary>A random member that may still take one; a member without echo is not offered its own messages.</summary>
    private Subscription? Choose(QueueGroup queue)
    {
        var members = queue.Members;
        var start = Random.Shared.Next(members.Length);
        for (var i = 0; i < members.Length; i++)
        {
            var member = members[(start + i) % members.Length];
            if (IsMuted(member) || !Take(member))
                continue;
            return member;
        }

        return null;
    }

    private bool TakeLimited(Target target)
    {
        var taken = false;
        foreach (var subscription in target.Limited!)
            taken |= Take(subscription);
        return taken;
    }

    private bool Take(Subscription subscription)
    {
        var taken = subscription.TryTake(out var last);
        if ((last || !taken) && core.Index.Remove(subscription))
            ((RelaySubscriber)subscription.Subscriber).OnExhausted(subscription);
        return taken;
    }

    private Route RouteOf(ReadOnlySpan<byte> subject)
    {
        var map = core.Index.Current;
        if (!ReferenceEquals(map, _map))
            Forget(map);
        else if (subject.SequenceEqual(_lastRoute.Subject))
            return _lastRoute;
        var known = _routes.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!known.TryGetValue(subject, out var route))
        {
            if (_routes.Count >= RememberedRoutes)
                Forget(map);
            route = Build(subject.ToArray());
            _routes[route.Subject] = route;
        }

        _lastRoute = route;
        return route;
    }

    /// <summary>Feeds of connections that are gone go with the routes; what is gathered goes out first.</summary>
    private void Forget(RouteMap map)
    {
        Flush();
        _routes.Clear();
        _feeds.Clear();
        _inboxFeeds = 0;
        _map = map;
        _lastRoute = new Route([]);
    }

    private Route Build(byte[] subject)
    {
        var route = new Route(subject);
        _map.Match(subject, _matches);
        _buildMark++;
        foreach (var subscription in _matches.Plain)
        {
            if (IsMuted(subscription))
                continue;
            var feed = FeedOf((RelaySubscriber)subscription.Subscriber);
            if (feed.Subscriber.PerSubscription)
            {
                var own = new Target(feed, subscription);
                own.Add(subscription);
                route.Targets.Add(own);
                continue;
            }

            if (feed.BuildMark != _buildMark)
            {
                (feed.BuildMark, feed.BuildIndex) = (_buildMark, route.Targets.Count);
                route.Targets.Add(new Target(feed, null));
            }

            route.Targets[feed.BuildIndex].Add(subscription);
        }

        route.Queues.AddRange(_matches.Queues);
        _matches.Clear();
        return route;
    }

    private static void Count(Route route)
    {
        foreach (var target in route.Targets)
        {
            foreach (var subscription in target.Unlimited)
                subscription.Count(route.Uncounted);
        }

        route.Uncounted = 0;
    }

    private bool IsMuted(Subscription subscription) => self is { Echo: false } && ReferenceEquals(subscription.Subscriber, self);

    private Feed FeedOf(RelaySubscriber subscriber)
    {
        if (!_feeds.TryGetValue(subscriber, out var feed))
            _feeds[subscriber] = feed = new Feed(this, subscriber);
        return feed;
    }
}
