namespace Anode.Cluster.Placement;

/// <summary>
/// The clocks of placement. Every one is a monotonic clock read by the process it belongs to; no two are compared. What makes «at most one
/// owner» of them: a lease counts from the moment its holder <em>asked</em> for it, and is waited out from the moment it was
/// <em>answered</em>, which is later; and clocks that run evenly within <see cref="Slack"/> in <see cref="Lease"/> (one in ten).
/// </summary>
/// <param name="Lease">So long after it last asked successfully a host may have endpoints.</param>
/// <param name="Leadership">So long after a majority last echoed it a director may answer. After both, nobody works for a former director.</param>
/// <param name="Slack">For clocks that run unevenly, and for closing.</param>
/// <param name="Asking">Between two questions of a host.</param>
/// <param name="MaxPause">A process that has stood still for so long closes what it has before it does anything else.</param>
/// <param name="Silence">Without a director for so long, the next one stands.</param>
internal sealed record PlacementTimes(TimeSpan Lease, TimeSpan Leadership, TimeSpan Slack, TimeSpan Asking, TimeSpan MaxPause, TimeSpan Silence)
{
    public static readonly PlacementTimes Default = new(
        TimeSpan.FromSeconds(4),
        TimeSpan.FromSeconds(2),
        TimeSpan.FromMilliseconds(400),
        TimeSpan.FromMilliseconds(500),
        TimeSpan.FromMilliseconds(1500),
        TimeSpan.FromMilliseconds(1500));

    /// <summary>After so long nobody has anything by the word of a former director.</summary>
    public TimeSpan Interregnum => Leadership + Lease + Slack;
}
