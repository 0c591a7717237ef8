using System.Collections.Immutable;

namespace Anode.Routing;

/// <summary>Those who asked for one filter: the plain subscriptions in the order of their births, and the queue groups.</summary>
/// <remarks>
/// Among the members of one queue group the sender picks at random, so they stay one flat array: a change copies 8 bytes for each of them.
/// Plain subscriptions may be very many, and are a <see cref="Crowd"/>.
/// </remarks>
internal sealed class Audience
{
    public static readonly Audience Nobody = new(default, []);

    private readonly Crowd _plain;
    private readonly ImmutableArray<QueueGroup> _queues;

    private Audience(Crowd plain, ImmutableArray<QueueGroup> queues)
    {
        _plain = plain;
        _queues = queues;
    }

    public bool IsEmpty => _plain.IsEmpty && _queues.IsEmpty;

    public void AddTo(Matches matches)
    {
        _plain.AddTo(matches.Plain);
        foreach (var group in _queues)
            matches.Add(group);
    }

    /// <summary>This audience and one more; itself if the subscription is in it already.</summary>
    public Audience With(Subscription subscription)
    {
        if (subscription.Queue is not { } name)
        {
            var plain = _plain.With(subscription);
            return plain.Is(_plain) ? this : new Audience(plain, _queues);
        }

        var at = IndexOf(name);
        if (at < 0)
            return new Audience(_plain, _queues.Add(new QueueGroup(name, [subscription])));
        var group = _queues[at];
        var place = group.IndexOf(subscription);
        return place >= 0
            ? this
            : new Audience(_plain, _queues.SetItem(at, new QueueGroup(group.Name, group.Members.Insert(~place, subscription))));
    }

    /// <summary>This audience without those who leave; itself if none of them is in it.</summary>
    public Audience Without(ReadOnlySpan<Subscription> leaving, ref long left)
    {
        var (plain, queues, before) = (_plain, _queues, left);
        foreach (var subscription in leaving)
        {
            if (subscription.Queue is { } name)
            {
                queues = Without(queues, name, subscription, ref left);
                continue;
            }

            var stay = plain.Without(subscription);
            left += stay.Is(plain) ? 0 : 1;
            plain = stay;
        }

        return left == before ? this : new Audience(plain, queues);
    }

    private static ImmutableArray<QueueGroup> Without(ImmutableArray<QueueGroup> queues, byte[] name, Subscription subscription, ref long left)
    {
        var at = IndexOf(queues, name);
        if (at < 0 || queues[at] is not { } group || group.IndexOf(subscription) is not (>= 0 and var place))
            return queues;
        left++;
        return group.Members.Length == 1 ? queues.RemoveAt(at) : queues.SetItem(at, new QueueGroup(group.Name, group.Members.RemoveAt(place)));
    }

    private int IndexOf(byte[] name) => IndexOf(_queues, name);

    private static int IndexOf(ImmutableArray<QueueGroup> queues, byte[] name)
    {
        for (var i = 0; i < queues.Length; i++)
        {
            if (queues[i].IsNamed(name))
                return i;
        }

        return -1;
    }
}
