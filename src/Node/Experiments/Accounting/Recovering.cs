using Anode.Experiments.Histories;
using Anode.Experiments.Scenarios;

namespace Anode.Experiments.Accounting;

/// <summary>From the injection of a fault to its first notice, and to the first window that is back within the bounds of the steady state. Pure.</summary>
internal static class Recovering
{
    /// <summary>What nodes say when something is wrong; clients of the load are asked only if no node said anything.</summary>
    private static readonly string[] Notices =
    [
        "connection-closed", "endpoint-changed", "slow-consumer", "messages-dropped", "member-unreachable", "member-gone", "member-down", "member-removed",
        "member-leaving", "member-put-out", "endpoint-acquired", "endpoint-released", "fenced", "died",
    ];

    public static Recovery Of(FaultRecord fault, Run run, Bin[] bins, SteadyState steady)
    {
        var begun = fault.Begun!.Value;
        // When the load ends its clients go home, which is no notice of anything.
        var end = run.Phases.Count > 0 ? run.Phases[^1].From : long.MaxValue;
        var after = run.Happenings.Where(h => h.T >= begun && h.T < end).OrderBy(h => h.T).ToList();
        var first = after.Find(h => Notices.Contains(h.Kind) && h.Source != fault.Node) ?? after.Find(h => Notices.Contains(h.Kind)) ?? after.Find(h => h.Kind == "down");
        return new Recovery(
            fault.Id, first is null ? null : (first.T - begun) / 1000.0, first is null ? "" : $"{first.Source}: {first.Kind} {first.Text}".TrimEnd(), RecoverAfter(begun, bins, steady));
    }

    /// <remarks>Bins in which nothing was to be sent say nothing; the window has to end before the load does.</remarks>
    private static double? RecoverAfter(long begun, Bin[] bins, SteadyState steady)
    {
        var window = (int)(steady.For.Ticks / 10 / Accountant.BinLength);
        var last = Array.FindLastIndex(bins, bin => bin.Intended > 0);
        var length = 0;
        for (var i = (int)(begun / Accountant.BinLength); i <= last; i++)
        {
            length = bins[i].Good >= bins[i].Intended * steady.Share ? length + 1 : 0;
            if (length >= window)
                return Math.Max(0, (i - window + 1) * Accountant.BinLength - begun) / 1000.0;
        }

        return null;
    }
}
