using Anode.Sockets;

namespace Anode.Protocols.Relay;

/// <summary>To a connection that has subscriptions: which ones? Answered with <see cref="SubscriptionList"/>; they are read on its own turn only.</summary>
internal sealed record GetSubscriptions : IReapable
{
    public static readonly GetSubscriptions Question = new();
}

/// <summary>The answer, as it was at that moment.</summary>
internal sealed record SubscriptionList(IReadOnlyList<HeldSubscription> Subscriptions) : IReapable
{
    public static readonly SubscriptionList Empty = new([]);
}

/// <param name="Filter">What it matches.</param>
/// <param name="Queue">Its queue group; null: none.</param>
/// <param name="Sid">The client's own name for it.</param>
/// <param name="Messages">Got so far.</param>
/// <param name="Max">It ends after so many; 0: it does not.</param>
internal sealed record HeldSubscription(string Filter, string? Queue, string Sid, long Messages, long Max);
