using System.Diagnostics;
using Akka.Actor;
using Anode.Faults;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Faults;

/// <summary>A node that may be broken on purpose.</summary>
internal static class FaultNode
{
    public const string Enabled = "faults.enabled = on";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Task<TestNode> StartAsync(params string[] listeners) => TestNode.StartAsync(Enabled, listeners);

    /// <param name="text">As for <c>anode fault add</c>.</param>
    public static async Task<ActiveFault> BeginAsync(this TestNode node, string text)
    {
        var spec = FaultSpec.Read(FaultFields.Of(text), TimeSpan.FromHours(1));
        var answer = await node.View.Faults!.Actor!.Ask(new Fault.Begin(spec, Stopwatch.GetTimestamp()), Patience);
        return Assert.IsType<Fault.Begun>(answer).Fault;
    }

    public static async Task<ActiveFault> EndAsync(this TestNode node, ActiveFault fault)
    {
        var answer = await node.View.Faults!.Actor!.Ask(new Fault.Remove(fault.Id), Patience);
        return Assert.Single(Assert.IsType<Fault.Ended>(answer).Faults);
    }
}
