using System.Globalization;
using Anode.Experiments.Plans;

namespace Anode.Experiments.Running;

/// <summary>Steps the clock of one node, asks the node itself whether it has noticed, and steps it back.</summary>
internal sealed class ClockStepper(RunClock clock, CancellationToken cancellation)
{
    private static readonly long Patience = TimeSpan.FromSeconds(5).Ticks / 10;

    /// <summary>The node says whole seconds, and its server looks at the clock once in one.</summary>
    private static readonly TimeSpan Coarseness = TimeSpan.FromSeconds(2.5);

    public void Step(PlannedFault fault, NodeUnderTest node, Action<string, string> tell)
    {
        if (FakeClock.Library is null || node.Clock is not { } clockOf)
            throw new InvalidOperationException(FakeClock.Missing);
        PlannedFault.TryStep(fault.Parameters["by"], out var by);
        var began = clock.Now;
        tell("begun", "");
        clockOf.Step(by);
        try
        {
            tell("effect", Await(node, by, began));
            clock.WaitUntil(fault.For is { } length ? began + length.Ticks / 10 : began, cancellation);
        }
        finally
        {
            // Without an end by plan it stays: its process ends with the run.
            if (fault.For is not null)
                clockOf.Step(TimeSpan.Zero);
            tell("ended", "");
        }
    }

    /// <summary>What the node's own clock says; empty if it does not say so.</summary>
    private string Await(NodeUnderTest node, TimeSpan by, long began)
    {
        using var http = new NodeHttp(node.Doors.Http);
        while (clock.Now - began < Patience && !cancellation.IsCancellationRequested)
        {
            if (http.Get("/healthz").Date is { } date && date - DateTimeOffset.UtcNow is var ahead && (ahead - by).Duration() < Coarseness)
                return string.Create(CultureInfo.InvariantCulture, $"its clock was {ahead.TotalSeconds:+0;-0} s off after {(clock.Now - began) / 1000} ms");
            clock.WaitUntil(clock.Now + 50_000, cancellation);
        }

        return "";
    }
}
