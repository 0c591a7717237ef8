using System.Globalization;
using System.Text;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Protocols.Relay;

/// <summary>The subscriptions of one connection, by its own numbers; on its own turn.</summary>
internal sealed class Subscriptions(RelayCore core, RelaySubscriber subscriber, ConnectionRecord record)
{
    private Dictionary<long, Subscription>? _all; // made by the first: who only publishes has none

    public int Count => _all?.Count ?? 0;

    private Dictionary<long, Subscription> BySid => _all ??= [];

    /// <summary>
    /// In the index when this returns. A number that is in use keeps its subscription, as in nats-server; one whose maximum has been reached
    /// is free, whether <see cref="Forget"/> has come yet or not.
    /// </summary>
    public void Add(long sid, byte[] filter, byte[]? queue, long max)
    {
        if (IsInUse(sid))
            return;
        var subscription = new Subscription(subscriber, sid, filter, queue, max);
        BySid[sid] = subscription;
        core.Index.Add(subscription);
        record.Subscriptions = BySid.Count;
    }

    public bool Has(long sid) => _all?.ContainsKey(sid) ?? false;

    public bool IsInUse(long sid) => _all is not null && _all.TryGetValue(sid, out var known) && !known.IsExhausted;

    /// <summary>One whose filter matches and that may still get a message, if there is one; no member of a queue group, as in nats-server.</summary>
    public Subscription? Matching(ReadOnlySpan<byte> subject)
    {
        foreach (var subscription in BySid.Values)
        {
            if (subscription.Queue is null && !subscription.IsExhausted && Subject.Matches(subscription.Filter, subject))
                return subscription;
        }

        return null;
    }

    public void Remove(long sid)
    {
        if (!BySid.Remove(sid, out var subscription))
            return;
        core.Index.Remove(subscription);
        record.Subscriptions = BySid.Count;
    }

    /// <summary>It ends after so many messages, counted from its start; at once, if they have been.</summary>
    public void SetMax(long sid, long max)
    {
        if (!BySid.TryGetValue(sid, out var old))
            return;
        var limited = old.WithMax(max);
        if (limited.IsExhausted)
        {
            Remove(sid);
            return;
        }

        BySid[sid] = limited;
        core.Index.Replace(old, limited);
    }

    /// <summary>It is out of the index already.</summary>
    public void Forget(Subscription subscription)
    {
        if (!BySid.TryGetValue(subscription.Sid, out var known) || !ReferenceEquals(known, subscription))
            return;
        BySid.Remove(subscription.Sid);
        record.Subscriptions = BySid.Count;
    }

    /// <summary>As an operator wants to see them.</summary>
    /// <param name="nameOf">The client's own name for a subscription; null: its number.</param>
    public SubscriptionList List(Func<long, string>? nameOf = null) => new([.. BySid.Values.Select(held => new HeldSubscription(
        Encoding.UTF8.GetString(held.Filter), held.Queue is null ? null : Encoding.UTF8.GetString(held.Queue),
        nameOf?.Invoke(held.Sid) ?? held.Sid.ToString(CultureInfo.InvariantCulture), held.Delivered, held.Max))]);

    public void RemoveAll()
    {
        if (Count == 0)
            return;
        core.Index.RemoveAll(BySid.Values);
        BySid.Clear();
        record.Subscriptions = 0;
    }
}
