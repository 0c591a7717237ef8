namespace Anode.Routing;

/// <summary>
/// One interest of one subscriber: a filter, perhaps as a member of a queue group, perhaps for a number of messages.
/// </summary>
/// <remarks>
/// Its identity is its reference: two subscriptions with equal fields are two. All but the count is fixed at birth, so any
/// thread may read it; deliveries are counted by every reader's thread at once.
/// </remarks>
internal sealed class Subscription
{
    private static long _births;

    private readonly Subscription? _origin;
    private long _taken;
    private int _known;

    /// <param name="subscriber">Who gets the messages.</param>
    /// <param name="sid">The subscriber's own number for it.</param>
    /// <param name="filter">A valid filter; kept, so not to be changed afterwards.</param>
    /// <param name="queue">Name of the queue group, or null for a subscription that gets every message.</param>
    /// <param name="max">Messages after which it ends; 0 for no end.</param>
    /// <exception cref="ArgumentException">No valid filter, an empty queue name or a negative maximum.</exception>
    public Subscription(Subscriber subscriber, long sid, byte[] filter, byte[]? queue = null, long max = 0)
    {
        if (!Subject.IsFilter(filter))
            throw new ArgumentException("not a valid filter", nameof(filter));
        if (queue is { Length: 0 })
            throw new ArgumentException("a queue group needs a name", nameof(queue));
        ArgumentOutOfRangeException.ThrowIfNegative(max);
        Subscriber = subscriber;
        Sid = sid;
        Filter = filter;
        Queue = queue;
        Max = max;
        Birth = Interlocked.Increment(ref _births);
    }

    private Subscription(Subscription origin, long max)
        : this(origin.Subscriber, origin.Sid, origin.Filter, origin.Queue, max) => _origin = origin._origin ?? origin;

    /// <summary>Its number among all of the process: who was made earlier has a lower one. What finds it among many.</summary>
    public long Birth { get; }

    public Subscriber Subscriber { get; }

    public long Sid { get; }

    public byte[] Filter { get; }

    public byte[]? Queue { get; }

    /// <summary>Messages it may get in all, counted from its start; 0 for no bound.</summary>
    public long Max { get; }

    /// <summary>Messages it got so far; those counted in batches may come a moment later.</summary>
    public long Delivered => Interlocked.Read(ref Taken);

    private ref long Taken => ref (_origin ?? this)._taken;

    /// <summary>
    /// Claims one delivery. False: the maximum is used up, do not deliver. With <paramref name="last"/> the caller has
    /// claimed the final one and removes the subscription after delivering.
    /// </summary>
    /// <remarks>
    /// The increment hands every caller a ticket of its own, so tickets 1…Max pass whatever the interleaving and exactly one
    /// holds ticket Max. Unlimited subscriptions count as well, because a maximum set later includes what came before it.
    /// </remarks>
    public bool TryTake(out bool last)
    {
        var ticket = Interlocked.Increment(ref Taken);
        last = ticket == Max;
        return Max == 0 || ticket <= Max;
    }

    /// <summary>For who keeps account of what is subscribed to: true for one caller each time it changes.</summary>
    public bool TryMarkKnown(bool known) => Interlocked.Exchange(ref _known, known ? 1 : 0) != (known ? 1 : 0);

    /// <summary>All it may get has been delivered.</summary>
    public bool IsExhausted => Max != 0 && Interlocked.Read(ref Taken) >= Max;

    /// <summary>
    /// Counts deliveries that needed no claim, because there is no maximum: one may be set later, and it includes what came before.
    /// Sources count in batches.
    /// </summary>
    public void Count(long deliveries) => Interlocked.Add(ref Taken, deliveries);

    /// <summary>
    /// The same interest with a maximum, which includes what was delivered so far. A new object, so that putting it in the place of this one
    /// changes the index and every source sees it; one count for both, so that what sources deliver until they see it is not forgotten.
    /// </summary>
    public Subscription WithMax(long max) => new(this, max);
}
