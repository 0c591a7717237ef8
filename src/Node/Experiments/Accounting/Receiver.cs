using System.Text;
using Anode.Experiments.Histories;
using Anode.Experiments.Plans;
using Anode.Experiments.Scenarios;
using Anode.Routing;

namespace Anode.Experiments.Accounting;

/// <summary>Somebody a message must reach once: a subscriber, or a queue group as a whole.</summary>
/// <param name="Flows">Numbers of those whose subject it is subscribed to.</param>
internal sealed record Receiver(string Id, IReadOnlyList<int> Seats, bool Counted, IReadOnlySet<uint> Flows)
{
    /// <summary>From the SUB until it is known everywhere; what was published meanwhile may rightly have missed it.</summary>
    private static readonly long Joining = TimeSpan.FromMilliseconds(500).Ticks / 10;

    /// <summary>What was delivered so shortly before a connection broke may have stood in its socket.</summary>
    private static readonly long Leaving = TimeSpan.FromSeconds(1).Ticks / 10;

    public static Receiver[] Of(Scenario scenario)
    {
        var flows = Flow.Of(scenario);
        return [.. Seat.Of(scenario)
            .GroupBy(seat => seat.Crew.Queue.Length == 0 ? seat.Id : $"{seat.Workload.Id}/{(seat.Counted ? "" : "slow-")}group {seat.Crew.Queue}")
            .Select(group => new Receiver(
                group.Key, [.. group.Select(seat => seat.Number)], group.First().Counted,
                flows.Where(flow => Hears(group.First().Workload.Filter, flow.Subject)).Select(flow => flow.Number).ToHashSet()))];
    }

    /// <summary>Whether it was subscribed throughout, from well before until well after: only then can it be said to have lost something.</summary>
    public bool WasThere(Run run, long from, long to) => Seats.Count == 1
        ? IsPresent(run, Seats[0], from, to)
        // Of a group one member is enough, unless another went just then and took the message along.
        : Seats.Any(seat => IsPresent(run, seat, from, to)) && Seats.All(seat => !LeftWithin(run, seat, from, to));

    private static bool IsPresent(Run run, int seat, long from, long to) =>
        run.Presences.TryGetValue(seat, out var list)
        && list.Any(p => p.From + Joining <= from && (p.To == long.MaxValue || p.To >= to + Leaving));

    private static bool LeftWithin(Run run, int seat, long from, long to) =>
        run.Presences.TryGetValue(seat, out var list) && list.Any(p => p.To != long.MaxValue && p.To >= from && p.To <= to + Leaving);

    private static bool Hears(string filter, string subject) => Subject.Matches(Encoding.UTF8.GetBytes(filter), Encoding.UTF8.GetBytes(subject));
}
