namespace Anode.Routing;

/// <summary>
/// One node of the trie of filters, immutable: the way on by literal token and by <c>*</c>, those whose filter ends here, and
/// those whose filter goes on with <c>&gt;</c>.
/// </summary>
internal sealed class RouteNode : HamtEntry
{
    /// <summary>A node nobody subscribed to. It exists only as the root and as the start of a change.</summary>
    public static readonly RouteNode Empty = new([], 0);

    private readonly Hamt<RouteNode> _literals;
    private readonly RouteNode? _star;
    private readonly Audience _here;
    private readonly Audience _tail;

    private RouteNode(byte[] token, uint hash)
        : base(token, hash)
    {
        _here = Audience.Nobody;
        _tail = Audience.Nobody;
    }

    private RouteNode(RouteNode of, Hamt<RouteNode> literals, RouteNode? star, Audience here, Audience tail)
        : base(of.Key, of.Hash)
    {
        _literals = literals;
        _star = star;
        _here = here;
        _tail = tail;
    }

    private bool IsEmpty => _literals.IsEmpty && _star is null && _here.IsEmpty && _tail.IsEmpty;

    /// <summary>
    /// Adds everybody below here whom <paramref name="subject"/> concerns from its token <paramref name="at"/> on.
    /// </summary>
    /// <remarks>
    /// No node is visited twice and each leads to a subscription, so even hostile wildcards cost no more than there are nodes.
    /// </remarks>
    public void Match(in Tokens subject, int at, Matches matches)
    {
        for (var node = this; ; at++)
        {
            if (at == subject.Count)
            {
                node._here.AddTo(matches);
                return;
            }

            node._tail.AddTo(matches);
            node._star?.Match(subject, at + 1, matches);
            if (node._literals.Find(subject[at], subject.HashOf(at)) is not { } next)
                return;
            node = next;
        }
    }

    /// <summary>This node with a subscription at the end of its filter; itself if that is there already.</summary>
    public RouteNode With(in Tokens filter, int at, Subscription subscription)
    {
        if (at == filter.Count)
            return Change(here: _here.With(subscription));
        var token = filter[at];
        if (Subject.IsTail(token))
            return Change(tail: _tail.With(subscription));
        if (Subject.IsOneToken(token))
            return Change((_star ?? Empty).With(filter, at + 1, subscription));
        var hash = filter.HashOf(at);
        var child = _literals.Find(token, hash);
        var next = (child ?? new RouteNode(token.ToArray(), hash)).With(filter, at + 1, subscription);
        return ReferenceEquals(next, child) ? this : new RouteNode(this, _literals.With(next), _star, _here, _tail);
    }

    /// <summary>This node without those who leave this filter; itself if none is there, null if nobody remains.</summary>
    public RouteNode? Without(in Tokens filter, int at, ReadOnlySpan<Subscription> leaving, ref long left)
    {
        var changed = Reduce(filter, at, leaving, ref left);
        return changed.IsEmpty ? null : changed;
    }

    private RouteNode Reduce(in Tokens filter, int at, ReadOnlySpan<Subscription> leaving, ref long left)
    {
        if (at == filter.Count)
            return Change(here: _here.Without(leaving, ref left));
        var token = filter[at];
        if (Subject.IsTail(token))
            return Change(tail: _tail.Without(leaving, ref left));
        if (Subject.IsOneToken(token))
            return Change(_star?.Without(filter, at + 1, leaving, ref left));
        var hash = filter.HashOf(at);
        var child = _literals.Find(token, hash);
        var next = child?.Without(filter, at + 1, leaving, ref left);
        if (ReferenceEquals(next, child))
            return this;
        var literals = next is null ? _literals.Without(token, hash) : _literals.With(next);
        return new RouteNode(this, literals, _star, _here, _tail);
    }

    private RouteNode Change(RouteNode? star) =>
        ReferenceEquals(star, _star) ? this : new RouteNode(this, _literals, star, _here, _tail);

    private RouteNode Change(Audience? here = null, Audience? tail = null)
    {
        here ??= _here;
        tail ??= _tail;
        return ReferenceEquals(here, _here) && ReferenceEquals(tail, _tail)
            ? this
            : new RouteNode(this, _literals, _star, here, tail);
    }
}
