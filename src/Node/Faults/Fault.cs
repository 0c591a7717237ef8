namespace Anode.Faults;

/// <summary>What <see cref="FaultsActor"/> is asked, and answers.</summary>
internal static class Fault
{
    /// <summary>Begin it; answered by <see cref="Begun"/> or <see cref="Refused"/>.</summary>
    /// <param name="AskedAt">By the stopwatch: the report says how late it began.</param>
    public sealed record Begin(FaultSpec Spec, long AskedAt);

    public sealed record Begun(ActiveFault Fault);

    /// <summary>Why not.</summary>
    /// <param name="Unknown">There is no such target, or fault.</param>
    public sealed record Refused(string Text, bool Unknown);

    /// <summary>The lease begins anew; answered by <see cref="Begun"/> or <see cref="Refused"/>.</summary>
    public sealed record Renew(string Id, TimeSpan Lease);

    /// <summary>End it; answered by <see cref="Ended"/> or <see cref="Refused"/>.</summary>
    public sealed record Remove(string Id);

    /// <summary>End all; answered by <see cref="Ended"/>.</summary>
    public sealed record RemoveAll;

    public sealed record Ended(IReadOnlyList<ActiveFault> Faults);
}
