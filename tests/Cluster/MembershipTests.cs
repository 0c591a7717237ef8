using System.Diagnostics;
using Anode.Tests.Processes;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Cluster;

/// <summary>Members as processes: they come, are killed, come back, leave.</summary>
[Collection(nameof(AloneCollection))]
public sealed class MembershipTests
{
    [Fact]
    public async Task Killed_member_is_down_at_once_and_comes_back_by_itself()
    {
        await using var members = await Members.StartAsync(3);
        await members.UntilAsync(async () => (await members.MemberAsync("b", "c"))?.GetProperty("status").GetString() == "up", "b does not know c");

        members["c"].Process.Kill();
        var watch = Stopwatch.StartNew();
        await members.UntilAsync(async () => (await members.MemberAsync("a", "c"))?.GetProperty("status").GetString() is null or "down", "c is not down");
        // Without evidence the detector and its margin take ten.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(9), $"after {watch.Elapsed}");

        await members.StartAsync("c");
        await members.UntilAsync(async () => (await members.MemberAsync("a", "c"))?.GetProperty("status").GetString() == "up", "c did not come back");

        (await members["c"].StopAsync()).Exits(0);
        await members.UntilAsync(async () => await members.MemberAsync("a", "c") is null, "c did not leave");
        await members["a"].Process.Within(members["a"].Process.Error.LineWith("was exiting"), "c did not leave in good order");
    }

    [Fact]
    public async Task Node_alone_in_its_cluster_is_up_and_says_so_in_its_ready_file()
    {
        await using var node = await NodeProcess.StartAsync("--cluster", "127.0.0.1:0", "--http", "127.0.0.1:0", "--set", "node.cluster.voter=on");

        var shown = (await AnodeProcess.RunAsync("cluster", "--http", node.Http!)).Exits(0).Out;

        Assert.Contains(node.Cluster!, shown);
        Assert.Contains("self, leader", shown);
        Assert.Contains("voter", shown);
        Assert.Equal("", node.Tcp); // a voter serves nobody
        (await node.StopAsync()).Exits(0);
    }

    [Fact]
    public async Task Port_of_the_cluster_in_use_exits_1_with_a_sentence()
    {
        await using var taken = await NodeProcess.StartAsync();

        var node = await AnodeProcess.RunAsync("--listen", "tcp://127.0.0.1:0", "--http", "off", "--cluster", taken.Tcp["tcp://".Length..]);

        Assert.Equal(1, node.ExitCode); // above the sentence stands what Akka itself logs of it
        Assert.Contains($"anode: the cluster's address {taken.Tcp} cannot be listened on: ", node.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Seed_that_does_not_answer_leaves_the_node_unready()
    {
        await using var anode = AnodeProcess.Start(
            "run", "--name", "x", "--listen", "tcp://127.0.0.1:0", "--http", "off", "--cluster", "127.0.0.1:0", "--seed", "127.0.0.1:1", "--ready-file", "/nowhere/x");

        // The ready file cannot be written, and is not: for it the node would have to be let in.
        await anode.Within(anode.Error.LineWith("joins the cluster"), "did not try");
        anode.Terminate();

        (await anode.EndAsync()).Exits(0);
    }
}
