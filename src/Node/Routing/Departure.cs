namespace Anode.Routing;

/// <summary>Subscriptions that leave together, prepared once however often the change has to be tried.</summary>
internal sealed class Departure
{
    public Departure(ReadOnlySpan<Subscription> leaving)
    {
        var all = new HashSet<Subscription>(leaving.Length, ReferenceEqualityComparer.Instance);
        foreach (var subscription in leaving)
            all.Add(subscription);
        Filters = Distinct(all);
        Includes = all.Contains;
    }

    /// <summary>Their filters, each once: one visit to a filter's node takes all who leave it.</summary>
    public IReadOnlyList<byte[]> Filters { get; }

    public Predicate<Subscription> Includes { get; }

    private static List<byte[]> Distinct(HashSet<Subscription> subscriptions)
    {
        var sorted = new byte[subscriptions.Count][];
        var count = 0;
        foreach (var subscription in subscriptions)
            sorted[count++] = subscription.Filter;
        Array.Sort(sorted, static (a, b) => a.AsSpan().SequenceCompareTo(b));
        var distinct = new List<byte[]>();
        foreach (var filter in sorted)
        {
            if (distinct.Count == 0 || !filter.AsSpan().SequenceEqual(distinct[^1]))
                distinct.Add(filter);
        }

        return distinct;
    }
}
