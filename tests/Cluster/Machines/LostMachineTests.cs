using Anode.Tests.Processes;
using Anode.Tests.Support.Machines;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Cluster.Machines;

/// <summary>A machine that goes away without a word: no reset, no refusal, nothing.</summary>
[Collection(nameof(AloneCollection))]
public sealed class LostMachineTests(ITestOutputHelper output)
{
    [MachinesTheory]
    [InlineData("lab", 10, "a")] // the owner, who is also the oldest, so directs, and the first of the seeds
    [InlineData("lab", 10, "b")]
    [InlineData("safe", 17, "a")]
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
