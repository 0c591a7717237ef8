using System.Globalization;
using Anode.Cluster.Placement;
using Anode.Tests.Processes;
using Anode.Tests.Support.Machines;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Cluster.Machines;

/// <summary>The owner of an endpoint on one side of a silent cut, two members on the other; <c>ANODE_SOAK_PARTITIONS=20</c> does it twenty times.</summary>
[Collection(nameof(AloneCollection))]
public sealed class PartitionTests(ITestOutputHelper output)
{
    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("ANODE_SOAK_PARTITIONS"), CultureInfo.InvariantCulture, out var rounds) ? rounds : 1;

    [MachinesFact]
    public async Task Cut_owner_closes_before_another_binds_and_heals_by_itself_while_each_side_relays_on()
    {
        await using var cluster = await MachineCluster.StartAsync("--set", "node.cluster.profile=lab");
        var traffic = cluster.Names.ToDictionary(name => name, name => LocalTraffic.On(cluster.Network, name));
        try
        {
            List<long> closed = [], bound = [], healed = [], gaps = [];
            for (var round = 1; round <= Rounds; round++)
            {
                var owner = (await cluster.OwnerAmongAsync(cluster.Names))!;
                string[] others = [.. cluster.Names.Where(name => name != owner)];
                var closing = await Watches.UntilClosedAsync(cluster, owner);
                foreach (var local in traffic.Values)
                    local.Take();

                var cut = Environment.TickCount64;
                await cluster.Network.IsolateAsync(owner);
                var heir = await Watches.UntilOpenAsync(cluster, others);
                Assert.True(closing.IsCompleted, $"round {round}: {owner} still has a client at the endpoint when {heir.Machine} serves there");
                var closedAt = await closing;
                var history = (await Task.WhenAll(cluster.Names.Select(cluster.HistoryAsync))).SelectMany(one => one).ToList();
                Assert.Empty(AtMostOneOwner.Violations(history, new Dictionary<string, long>()));
                Assert.True(closedAt < heir.At, $"round {round}: closed {closedAt - heir.At} ms after {heir.Machine} served");
                // Neither side has noticed more than that the other is gone.
                foreach (var (name, local) in traffic)
                {
                    var (passed, breaks, longest) = local.Take();
                    Assert.True(breaks == 0 && passed > 0, $"round {round}: on {name} {passed} messages were passed and {breaks} connections broke\n{string.Join('\n', cluster.Ends)}");
                    gaps.Add(longest);
                }

                var mended = Environment.TickCount64;
                await cluster.Network.JoinAsync(owner);
                await cluster.UntilWholeAsync();
                closed.Add(closedAt - cut);
                bound.Add(heir.At - cut);
                healed.Add(Environment.TickCount64 - mended);
                output.WriteLine($"round {round}: {owner} closed after {closed[^1]} ms, {heir.Machine} bound after {bound[^1]} ms, whole again {healed[^1]} ms after the cut was mended");
            }

            Print("from the cut until the former owner had closed", closed);
            Print("from the cut until another served", bound);
            Print("from mending until all were members again", healed);
            Print("longest time without a local message, on each machine", gaps);
        }
        finally
        {
            foreach (var local in traffic.Values)
                await local.DisposeAsync();
        }
    }

    /// <summary>min-members, and what a member that is alone is; <c>ANODE_SOAK_MACHINES=1</c> takes both.</summary>
    public static TheoryData<int, string> Founders => MachineCluster.IsSoak
        ? new() { { 1, "up" }, { 2, "joining" } }
        : new() { { 1, "up" } };

    [MachinesTheory]
    [MemberData(nameof(Founders))]
    public async Task First_of_the_seeds_that_starts_anew_behind_a_cut_takes_nothing_and_comes_back_by_itself(int minMembers, string alone)
    {
        await using var cluster = await MachineCluster.StartAsync("--set", "node.cluster.profile=lab", "--set", $"node.cluster.min-members={minMembers}");
        await cluster.Network.IsolateAsync("a");
        var heir = await Watches.UntilOpenAsync(cluster, "b", "c");
        cluster.Kill("a");

        // It finds none of the others, as if it were the first of all to be started.
        await cluster.UntilAsync(async () =>
        {
            var state = await cluster.JsonAsync("a", "/api/cluster");
            return state.GetProperty("status").GetString() == alone && state.GetProperty("members").GetArrayLength() == 1;
        }, "a does not begin a cluster");
        var began = Environment.TickCount64;
        await cluster.UntilAsync(async () =>
        {
            Assert.Null(await cluster.OwnerAmongAsync(["a"]));
            return Environment.TickCount64 - began > 3000;
        }, "a does not answer");
        Assert.Equal(heir.Machine, await cluster.OwnerAmongAsync(["b", "c"]));

        await cluster.Network.JoinAsync("a");
        await cluster.UntilWholeAsync();
        Assert.Equal(heir.Machine, await cluster.OwnerAmongAsync(cluster.Names));
        Assert.Contains(cluster.Ends, end => end.Contains("2 other members have gone on without this node"));
    }

    private void Print(string what, List<long> figures)
    {
        figures.Sort();
        output.WriteLine($"{what}: {figures[0]} to {figures[^1]} ms, median {figures[figures.Count / 2]}");
        foreach (var step in figures.GroupBy(ms => ms / 500).OrderBy(step => step.Key))
            output.WriteLine($"  {step.Key * 500,6} ms {new string('#', step.Count())}");
    }
}
