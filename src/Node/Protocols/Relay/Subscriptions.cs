using Anode.Routing;
using Anode.Sockets;

namespace Anode.Protocols.Relay;

/// <summary>The subscriptions of one connection, by its own numbers; on its own turn.</summary>
internal sealed class Subscriptions(RelayCore core, RelaySubscriber subscriber, ConnectionRecord record)
{
    private readonly Dictionary<long, Subscription> _bySid = [];

    public int Count => _bySid.Count;

    /// <summary>
    /// In the index when this returns. A number that is in use keeps its subscription, as in nats-server; one whose maximum has been reached
    /// is free, whether <see cref="Forget"/> has come yet or not.
    /// </summary>
    public void Add(long sid, byte[] filter, byte[]? queue, long max)
    {
        if (_bySid.TryGetValue(sid, out var known) && !known.IsExhausted)
            return;
        var subscription = new Subscription(subscriber, sid, filter, queue, max);
        _bySid[sid] = subscription;
        core.Index.Add(subscription);
        record.Subscriptions = _bySid.Count;
    }

    public bool Has(long sid) => _bySid.ContainsKey(sid);

    /// <summary>One whose filter matches, if there is one.</summary>
    public Subscription? Matching(ReadOnlySpan<byte> subject)
    {
        foreach (var subscription in _bySid.Values)
        {
            if (Subject.Matches(subscription.Filter, subject))
                return subscription;
        }

        return null;
    }

    public void Remove(long sid)
    {
        if (!_bySid.Remove(sid, out var subscription))
            return;
        core.Index.Remove(subscription);
        record.Subscriptions = _bySid.Count;
    }

    /// <summary>It ends after so many messages, counted from its start; at once, if they have been.</summary>
    public void SetMax(long sid, long max)
    {
        if (!_bySid.TryGetValue(sid, out var old))
            return;
        var limited = old.WithMax(max);
        if (limited.IsExhausted)
        {
            Remove(sid);
            return;
        }

        _bySid[sid] = limited;
        core.Index.Replace(old, limited);
    }

    /// <summary>It is out of the index already.</summary>
    public void Forget(Subscription subscription)
    {
        if (!_bySid.TryGetValue(subscription.Sid, out var known) || !ReferenceEquals(known, subscription))
            return;
        _bySid.Remove(subscription.Sid);
        record.Subscriptions = _bySid.Count;
    }

    public void RemoveAll()
    {
        if (_bySid.Count == 0)
            return;
        core.Index.RemoveAll(_bySid.Values);
        _bySid.Clear();
        record.Subscriptions = 0;
    }
}
