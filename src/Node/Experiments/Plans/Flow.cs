using Anode.Experiments.Scenarios;

namespace Anode.Experiments.Plans;

/// <summary>What one publisher sends: when, and how much each time. Pure, from the seed.</summary>
/// <param name="Number">Counted over all workloads; what the stamp says.</param>
/// <param name="Index">Within its workload.</param>
internal sealed record Flow(uint Number, Workload Workload, int Index)
{
    public string Subject => Workload.SubjectOf(Index);

    /// <summary>As it calls itself towards servers.</summary>
    public string ClientName => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Workload.Id}-pub-{Index}");

    public static Flow[] Of(Scenario scenario) =>
        [.. scenario.Workloads.SelectMany(w => Enumerable.Range(0, w.Publishers.Count).Select(i => (Workload: w, Index: i))).Select((f, n) => new Flow((uint)n, f.Workload, f.Index))];

    /// <summary>Times from the beginning of the load, without end; only an open loop asks.</summary>
    public IEnumerable<TimeSpan> Times(ulong seed)
    {
        if (Workload.Burst is { } burst)
        {
            // One after the other in turn, so that all publishers of a burst together send its size.
            for (long number = Index; ; number += Workload.Publishers.Count)
                yield return burst.Every * (number / burst.Size);
        }

        var draw = Draw.For(seed, "arrivals", Number);
        var mean = Workload.Publishers.Count / Workload.Rate;
        var at = Workload.Poisson ? draw.Exponential(mean) : Index / Workload.Rate;
        for (; ; )
        {
            yield return TimeSpan.FromSeconds(at);
            at += Workload.Poisson ? draw.Exponential(mean) : mean;
        }
    }

    public int SizeOf(ulong seed, long sequence)
    {
        var draw = Draw.For(seed, "size", (ulong)sequence * 1024 + Number);
        return Workload.MinPayload + draw.Below(Workload.MaxPayload - Workload.MinPayload + 1);
    }
}

/// <summary>One connection that receives.</summary>
/// <param name="Id">As the history calls it.</param>
/// <param name="Counted">Somebody who must get everything; slow ones need not.</param>
internal sealed record Seat(int Number, string Id, Workload Workload, Crew Crew, int Index, bool Counted)
{
    /// <summary>As it calls itself towards servers: names and inboxes have no slashes.</summary>
    public string ClientName => Id.Replace('/', '-');

    public static Seat[] Of(Scenario scenario) => [.. scenario.Workloads
        .SelectMany(w => Seats(w, w.Subscribers, "", true).Concat(Seats(w, w.SlowSubscribers, "slow-", false)))
        .Select((seat, n) => seat with { Number = n })];

    private static IEnumerable<Seat> Seats(Workload workload, Crew crew, string prefix, bool counted) =>
        Enumerable.Range(0, crew.Count).Select(i => new Seat(0, $"{workload.Id}/{prefix}sub-{i}", workload, crew, i, counted));
}
