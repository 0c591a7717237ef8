using Anode.Tests.Processes;
using Anode.Tests.Support.Machines;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Cluster.Machines;

/// <summary>A machine that goes away without a word: no reset, no refusal, nothing.</summary>
[Collection(nameof(AloneCollection))]
public sealed class LostMachineTests(ITestOutputHelper output)
{
    /// <summary>Profile, seconds, owner. <c>a</c> is also the oldest, so directs, and the first of the seeds. The suite has time for one; <c>ANODE_SOAK_MACHINES=1</c> takes all.</summary>
    public static TheoryData<string, int, string> Losses => MachineCluster.IsSoak
        ? new() { { "lab", 10, "a" }, { "lab", 10, "b" }, { "safe", 17, "a" } }
        : new() { { "lab", 10, "b" } };

    [MachinesTheory]
    [MemberData(nameof(Losses))]
    public async Task Endpoint_of_a_machine_that_is_lost_is_bound_elsewhere_in_time(string profile, int seconds, string owner)
    {
        await using var cluster = await MachineCluster.StartAsync("--set", $"node.cluster.profile={profile}");
        await cluster.UntilAsync(async () => (await cluster.PostAsync("c", "/api/endpoints/front/move", new { node = owner })).IsSuccessStatusCode, $"it was not moved to {owner}");

        var pulled = Environment.TickCount64;
        await cluster.Network.UnplugAsync(owner);
        var heir = await Watches.UntilOpenAsync(cluster, [.. cluster.Names.Where(name => name != owner)]);

        var took = TimeSpan.FromMilliseconds(heir.At - pulled);
        output.WriteLine($"profile {profile}: bound on {heir.Machine} {took.TotalSeconds:0.0} s after the cable of {owner} was pulled");
        Assert.True(took < TimeSpan.FromSeconds(seconds), $"only after {took.TotalSeconds:0.0} s");
    }
}
