using System.Runtime.CompilerServices;

namespace Anode.Routing;

/// <summary>
/// Who is subscribed to what at one moment: an immutable value that any thread may read for as long as it likes.
/// </summary>
/// <remarks>
/// Two moments with different subscriptions are two references, so a cache of answers is valid for as long as the reference it
/// was filled from is still the index's current one.
/// </remarks>
internal sealed class RouteMap
{
    public static readonly RouteMap Empty = new(RouteNode.Empty, 0, 0);

    private readonly RouteNode _root;

    private RouteMap(RouteNode root, long count, long version)
    {
        _root = root;
        Count = count;
        Version = version;
    }

    /// <summary>Counts the changes from <see cref="Empty"/> to here: each map of an index has the version of the one before it, and one.</summary>
    public long Version { get; }

    /// <summary>Subscriptions in it.</summary>
    public long Count { get; }

    /// <summary>
    /// Fills <paramref name="into"/> with everybody <paramref name="subject"/> concerns, in place of what it held.
    /// </summary>
    /// <remarks>
    /// Never throws, and allocates only while the lists grow or when one queue group is reached by several filters. Text that
    /// is too long or has an empty token concerns nobody; whether its characters are those of a subject is not asked again.
    /// </remarks>
    [SkipLocalsInit]
    public void Match(ReadOnlySpan<byte> subject, Matches into)
    {
        into.Clear();
        var tokens = new Tokens(subject, stackalloc byte[Tokens.MaxCount], stackalloc uint[Tokens.MaxCount]);
        if (tokens.Count > 0)
            _root.Match(tokens, 0, into);
    }

    /// <summary>This map and one more subscription; itself if that one is in it already.</summary>
    public RouteMap With(Subscription subscription)
    {
        var tokens = new Tokens(subscription.Filter, stackalloc byte[Tokens.MaxCount], stackalloc uint[Tokens.MaxCount]);
        var root = _root.With(tokens, 0, subscription);
        return ReferenceEquals(root, _root) ? this : new RouteMap(root, Count + 1, Version + 1);
    }

    /// <summary>This map without those who leave; itself if none of them is in it.</summary>
    public RouteMap Without(Departure departure)
    {
        Span<byte> ends = stackalloc byte[Tokens.MaxCount];
        Span<uint> hashes = stackalloc uint[Tokens.MaxCount];
        var root = _root;
        var left = 0L;
        for (var i = 0; i < departure.Filters; i++)
        {
            var leaving = departure.Of(i);
            root = root.Without(new Tokens(leaving[0].Filter, ends, hashes), 0, leaving, ref left) ?? RouteNode.Empty;
        }

        return left == 0 ? this : new RouteMap(root, Count - left, Version + 1);
    }

    /// <summary>This map with one subscription in the place of another of the same filter, as one change.</summary>
    public RouteMap Replacing(Departure old, Subscription by)
    {
        var after = Without(old).With(by);
        return new RouteMap(after._root, after.Count, Version + 1);
    }
}
