using Anode.Routing;

namespace Anode.Mesh;

/// <summary>The subscriptions of one other node as this node has them: its table, and its entries in the index, which send what matches there.</summary>
internal sealed class RemoteInterest(string node, SubscriptionIndex index)
{
    private readonly Dictionary<Interest, Subscription> _subscriptions = new(Interest.ByContent);
    private List<Interest>? _parts;
    private (long Incarnation, long Version) _partsOf;
    private long _sids;

    public RemoteNode Node { get; } = new(node);

    public InterestTable Table { get; } = new();

    /// <summary>Takes news. False: they do not follow what is known here, and the whole has to be asked for.</summary>
    public bool Hear(InterestNews news)
    {
        var effects = new List<InterestChange>();
        if (news.From == InterestNews.Whole)
        {
            if (_parts is null || _partsOf != (news.Incarnation, news.To))
                (_parts, _partsOf) = ([], (news.Incarnation, news.To));
            _parts.AddRange(news.Changes.Select(change => change.Interest));
            if (!news.IsLast)
                return true;
            Table.Replace(news.Incarnation, news.To, _parts, effects);
            _parts = null;
        }
        else if (Table.Continues(news.Incarnation, news.From))
        {
            Table.Apply(news.Incarnation, news.To, news.Changes, effects);
        }
        else
        {
            return Table.Has(news.Incarnation, news.To);
        }

        foreach (var change in effects)
            Effect(change);
        return true;
    }

    public void RemoveAll()
    {
        index.RemoveAll(_subscriptions.Values);
        _subscriptions.Clear();
    }

    private void Effect(InterestChange change)
    {
        if (change.Begins)
        {
            var subscription = new Subscription(Node, ++_sids, change.Interest.Filter, change.Interest.Queue);
            _subscriptions[change.Interest] = subscription;
            index.Add(subscription);
        }
        else if (_subscriptions.Remove(change.Interest, out var subscription))
        {
            index.Remove(subscription);
        }
    }
}
