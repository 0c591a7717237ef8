namespace Anode.Routing;

/// <summary>
/// The node's subscriptions: any thread changes them, and its change is in <see cref="Current"/> when the call returns, which
/// is what lets a PONG promise that the SUB before it counts. Any thread reads them, without a lock and without waiting.
/// </summary>
/// <remarks>
/// A change builds the next map beside the current one and swaps it in if nobody was faster, else it starts again from the
/// newer one. Each failed swap is somebody else's success, so the node as a whole never stalls; a change costs microseconds,
/// which makes failures rare. A large <see cref="RemoveAll"/> takes longer and so loses more often; it is still one swap,
/// because readers should see a connection leave once, not a thousand times, each of which would empty their caches.
/// </remarks>
internal sealed class SubscriptionIndex
{
    private RouteMap _current = RouteMap.Empty;

    /// <summary>The subscriptions of this moment. The reference changes with every change, and only then.</summary>
    public RouteMap Current => Volatile.Read(ref _current);

    public long Count => Current.Count;

    /// <summary>Adds a subscription. False: this very one is in it already.</summary>
    public bool Add(Subscription subscription)
    {
        for (; ; )
        {
            var before = Current;
            var after = before.With(subscription);
            if (TrySwap(before, after))
                return !ReferenceEquals(after, before);
        }
    }

    /// <summary>Removes a subscription. False: it was not in it.</summary>
    public bool Remove(Subscription subscription) => RemoveAll([subscription]) == 1;

    /// <summary>Removes all of these that are in it, in one change; says how many were.</summary>
    public long RemoveAll(IEnumerable<Subscription> subscriptions)
    {
        var departure = new Departure(subscriptions);
        for (; ; )
        {
            var before = Current;
            var after = before.Without(departure);
            if (TrySwap(before, after))
                return before.Count - after.Count;
        }
    }

    private bool TrySwap(RouteMap before, RouteMap after) =>
        ReferenceEquals(after, before) || ReferenceEquals(Interlocked.CompareExchange(ref _current, after, before), before);
}
