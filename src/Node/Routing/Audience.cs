using System.Collections.Immutable;

namespace Anode.Routing;

/// <summary>Those who asked for one filter: the plain subscriptions in the order they came, and the queue groups.</summary>
/// <remarks>
/// Flat arrays, because matching reads them a thousand times for each change and hands them over in one copy. A change
/// copies the array of its filter, 8 bytes for each subscription to <em>the same</em> filter: 80 KB among 10,000, some
/// microseconds; filling up to n that way moves 4n² bytes, 0.4 GB for 10,000. Good to some tens of thousands; far beyond that
/// a tree of chunks would pay.
/// </remarks>
internal sealed class Audience
{
    public static readonly Audience Nobody = new([], []);

    private readonly ImmutableArray<Subscription> _plain;
    private readonly ImmutableArray<QueueGroup> _queues;

    private Audience(ImmutableArray<Subscription> plain, ImmutableArray<QueueGroup> queues)
    {
        _plain = plain;
        _queues = queues;
    }

    public bool IsEmpty => _plain.IsEmpty && _queues.IsEmpty;

    public void AddTo(Matches matches)
    {
        matches.Plain.AddRange(_plain.AsSpan());
        foreach (var group in _queues)
            matches.Add(group);
    }

    /// <summary>This audience and one more; itself if the subscription is in it already.</summary>
    public Audience With(Subscription subscription)
    {
        if (subscription.Queue is not { } name)
            return _plain.Contains(subscription) ? this : new Audience(_plain.Add(subscription), _queues);
        for (var i = 0; i < _queues.Length; i++)
        {
            var group = _queues[i];
            if (!group.IsNamed(name))
                continue;
            return group.Members.Contains(subscription)
                ? this
                : new Audience(_plain, _queues.SetItem(i, new QueueGroup(group.Name, group.Members.Add(subscription))));
        }

        return new Audience(_plain, _queues.Add(new QueueGroup(name, [subscription])));
    }

    /// <summary>This audience without those who leave; itself if none of them is in it.</summary>
    public Audience Without(Departure departure, ref long left)
    {
        var before = left;
        var plain = Stay(_plain, departure, ref left);
        var queues = _queues;
        for (var i = queues.Length - 1; i >= 0; i--)
        {
            var group = queues[i];
            var members = Stay(group.Members, departure, ref left);
            if (members.IsEmpty)
                queues = queues.RemoveAt(i);
            else if (members.Length < group.Members.Length)
                queues = queues.SetItem(i, new QueueGroup(group.Name, members));
        }

        return left == before ? this : new Audience(plain, queues);
    }

    private static ImmutableArray<Subscription> Stay(ImmutableArray<Subscription> all, Departure departure, ref long left)
    {
        var stay = all.RemoveAll(departure.Includes);
        left += all.Length - stay.Length;
        return stay;
    }
}
