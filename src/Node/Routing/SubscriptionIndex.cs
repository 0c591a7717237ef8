namespace Anode.Routing;

/// <summary>
/// The node's subscriptions: any thread changes them, and its change is in <see cref="Current"/> when the call returns, which
/// is what lets a PONG promise that the SUB before it counts. Any thread reads them, without a lock and without waiting.
/// </summary>
/// <remarks>
/// A change builds the next map beside the current one and swaps it in if nobody was faster, else it starts again from the
/// newer one. Each failed swap is somebody else's success, so the node as a whole never stalls; a change costs microseconds,
/// which makes failures rare. Removing many at once takes longer and so loses more often: a client that subscribes and
/// unsubscribes without pause kept the removal of 50,000 from ever winning. Hence <see cref="Patience"/>.
/// </remarks>
/// <param name="watcher">Told who comes and goes; null: nobody wants to know.</param>
internal sealed class SubscriptionIndex(IInterestWatcher? watcher = null)
{
    /// <summary>Lost swaps after which a large change goes on as two halves, each twice as likely to win.</summary>
    private const int Patience = 3;

    private RouteMap _current = RouteMap.Empty;

    /// <summary>The subscriptions of this moment. The reference changes with every change, and only then.</summary>
    public RouteMap Current => Volatile.Read(ref _current);

    /// <summary>What the newest changes were about.</summary>
    public ChangeLog Changes { get; } = new();

    public long Count => Current.Count;

    /// <summary>Adds a subscription. False: this very one is in it already.</summary>
    public bool Add(Subscription subscription)
    {
        watcher?.Add(subscription);
        for (; ; )
        {
            var before = Current;
            var after = before.With(subscription);
            if (ReferenceEquals(after, before))
                return false;
            if (!TrySwap(before, after))
                continue;
            Changes.Add(new Change(after.Version, subscription.Filter));
            return true;
        }
    }

    /// <summary>Puts one in the place of another of the same filter in a single change: no message finds both, and none finds neither.</summary>
    public void Replace(Subscription old, Subscription by)
    {
        var departure = new Departure(new ReadOnlySpan<Subscription>(in old));
        watcher?.Add(by);
        for (; ; )
        {
            var before = Current;
            var after = before.Replacing(departure, by);
            if (!TrySwap(before, after))
                continue;
            Changes.Add(new Change(after.Version, by.Filter));
            watcher?.Remove(old);
            return;
        }
    }

    /// <summary>Removes a subscription. False: it was not in it.</summary>
    public bool Remove(Subscription subscription) => RemoveAll(new ReadOnlySpan<Subscription>(in subscription)) == 1;

    /// <summary>Removes all of these that are in it; says how many were.</summary>
    /// <remarks>
    /// In one change, unless others keep winning: readers should see a connection leave once and not a thousand times.
    /// </remarks>
    public long RemoveAll(IEnumerable<Subscription> subscriptions) => RemoveAll(subscriptions.ToArray().AsSpan());

    private long RemoveAll(ReadOnlySpan<Subscription> leaving)
    {
        var departure = new Departure(leaving);
        for (var losses = 0; losses < Patience || leaving.Length < 2; losses++)
        {
            var before = Current;
            var after = before.Without(departure);
            if (ReferenceEquals(after, before))
                return 0;
            if (!TrySwap(before, after))
                continue;
            Changes.Add(new Change(after.Version, departure));
            foreach (var subscription in leaving)
                watcher?.Remove(subscription);
            return before.Count - after.Count;
        }

        var half = leaving.Length / 2;
        return RemoveAll(leaving[..half]) + RemoveAll(leaving[half..]);
    }

    private bool TrySwap(RouteMap before, RouteMap after) =>
        ReferenceEquals(Interlocked.CompareExchange(ref _current, after, before), before);
}
