using Anode.Mesh;
using Anode.Routing;

namespace Anode.Protocols.Relay;

/// <summary>
/// What one source remembers of the index: the routes of the subjects it published to, and a feed for each destination on them.
/// </summary>
/// <remarks>
/// <para>A route holds until a change of the index concerns its subject; it is asked when the route is next used, so a change that concerns nobody here
/// costs nothing here. In order of cost: the same subject as the last message (a comparison), a subject seen before (a dictionary), one that changes
/// may concern (a few comparisons more), a new one (the trie).</para>
/// <para>Routes hold on to connections that are gone until they are asked again, so all are forgotten once the index is
/// <see cref="ChangeLog.Capacity"/> changes further, and when the source falls silent.</para>
/// </remarks>
internal sealed class RouteMemory(Fanout fanout, SubscriptionIndex index, MeshCore? mesh, RelaySubscriber? self)
{
    private const int RememberedRoutes = 4096;

    /// <summary>To make a route costs about as much as to ask so many changes, and one more for each target.</summary>
    private const int WorthAsking = 64;

    private static readonly Route None = new([], -1);

    private readonly Dictionary<byte[], Route> _routes = new(Utf8Key.Comparer);
    private readonly Dictionary<RelaySubscriber, Feed> _feeds = [];
    private readonly Matches _matches = new();
    private Route _last = None;
    private long _since = index.Current.Version;
    private MeshView? _view = mesh?.View;
    private int _buildMark;
    private int _inboxFeeds;

    /// <summary>Feeds with something gathered, in the order they were first given something.</summary>
    public List<Feed> Touched { get; } = [];

    /// <summary>Routes with deliveries not yet counted at their subscriptions.</summary>
    public List<Route> Uncounted { get; } = [];

    public Route Of(ReadOnlySpan<byte> subject)
    {
        var map = index.Current;
        if (mesh is not null && !ReferenceEquals(mesh.View, _view))
            Forget(map); // to other nodes it may go another way now
        if (_last.Version == map.Version && subject.SequenceEqual(_last.Subject))
            return _last;
        if (map.Version - _since >= ChangeLog.Capacity)
            Forget(map);
        var found = _routes.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(subject, out var known);
        if (!found && _routes.Count >= RememberedRoutes)
            Forget(map);
        return _last = known is not null && StillHolds(known, map) ? known : Make(known?.Subject ?? subject.ToArray(), map);
    }

    public Feed FeedOf(RelaySubscriber subscriber)
    {
        if (!_feeds.TryGetValue(subscriber, out var feed))
            _feeds[subscriber] = feed = subscriber.CreateFeed(fanout);
        return feed;
    }

    /// <summary>Inboxes come and go without a change of the index, so what they leave behind here has a bound of its own.</summary>
    public Feed InboxFeedOf(RelaySubscriber subscriber)
    {
        if (!_feeds.ContainsKey(subscriber) && ++_inboxFeeds > RememberedRoutes)
            Forget(index.Current);
        return FeedOf(subscriber);
    }

    public bool IsMuted(Subscription subscription) => self is { Echo: false } && ReferenceEquals(subscription.Subscriber, self);

    /// <summary>Sends on everything gathered. Returns how many copies were turned away.</summary>
    public int Flush()
    {
        fanout.GiveNumbers();
        foreach (var route in Uncounted)
            route.Settle();
        Uncounted.Clear();
        var refused = 0;
        foreach (var feed in Touched)
            refused += feed.Flush();
        Touched.Clear();
        return refused;
    }

    /// <summary>What is gathered goes out first, since feeds go with the routes.</summary>
    private void Forget(RouteMap map)
    {
        Flush();
        _routes.Clear();
        _feeds.Clear();
        _inboxFeeds = 0;
        (_last, _since, _view) = (None, map.Version, mesh?.View);
    }

    private bool StillHolds(Route route, RouteMap map)
    {
        if (index.Changes.MayConcern(route.Subject, route.Version, map.Version, WorthAsking + route.Targets.Count))
            return false;
        route.Version = map.Version;
        return true;
    }

    private Route Make(byte[] subject, RouteMap map)
    {
        var route = new Route(subject, map.Version);
        map.Match(subject, _matches);
        _buildMark++;
        foreach (var subscription in _matches.Plain)
        {
            if (subscription.Subscriber is RemoteNode node)
                AddRemote(route, subscription, node);
            else if (!IsMuted(subscription))
                Add(route, subscription, (RelaySubscriber)subscription.Subscriber);
        }

        // For a message from another node its origin has chosen the members, and sends to each by itself.
        if (fanout.Passage is null)
            route.Queues.AddRange(_matches.Queues);
        route.IsPlain &= route.Queues.Count == 0;
        _matches.Clear();
        return _routes[subject] = route;
    }

    /// <summary>Groups that want messages of this subject, whoever they come from.</summary>
    public IReadOnlyList<QueueGroup> QueuesOf(ReadOnlySpan<byte> subject)
    {
        index.Current.Match(subject, _matches);
        return _matches.Queues;
    }

    /// <summary>One copy for each link that leads to nodes that want it.</summary>
    private void AddRemote(Route route, Subscription subscription, RemoteNode node)
    {
        var own = fanout.Passage is null;
        if (own && (route.Remotes ??= []).Contains(node))
            return;
        if (own)
            route.Remotes!.Add(node);
        var link = _view!.LinkTo(fanout.Passage?.Origin ?? _view.Self, node.Name);
        if (link is not null && !ReferenceEquals(link, fanout.Passage?.Arrival))
            Add(route, subscription, (RelaySubscriber)link.Subscriber);
    }

    private void Add(Route route, Subscription subscription, RelaySubscriber subscriber)
    {
        var feed = FeedOf(subscriber);
        var perSubscription = feed.Subscriber.PerSubscription;
        if (perSubscription || feed.BuildMark != _buildMark)
        {
            // Two copies for one destination must alternate; a single one may come in runs.
            route.IsPlain &= !perSubscription || feed.BuildMark != _buildMark;
            (feed.BuildMark, feed.BuildIndex) = (_buildMark, route.Targets.Count);
            route.Targets.Add(new Target(feed, perSubscription ? subscription : null));
        }

        route.IsPlain &= subscription.Max == 0;
        route.Targets[feed.BuildIndex].Add(subscription);
    }
}
