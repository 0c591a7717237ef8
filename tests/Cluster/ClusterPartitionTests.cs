using System.Net;
using System.Text.Json;
using Anode.Messages;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Cluster;

/// <summary>Members that a fault cuts off from each other, processes on one machine.</summary>
public sealed class ClusterPartitionTests
{
    /// <summary>Also of what comes in: by connections that the other one has opened, and that begin with its saying who it is.</summary>
    [Theory]
    [InlineData("in")]
    [InlineData("out")]
    [InlineData("both")]
    public async Task Member_that_is_cut_off_is_unreachable_until_the_fault_ends_and_no_connection_of_clients_notices(string direction)
    {
        await using var members = await Members.StartAsync(2, "--set", "node.faults.enabled=on");
        await members.UntilAsync(async () => await IsReachable("a", "b") && await IsReachable("b", "a"), "they do not know each other");
        using var client = NativeTestClient.Connect(NetAddress.Parse(members["a"].Tcp));

        using var begun = await members.PostAsync("a", "/api/faults", new { id = "cut", kind = "cluster-partition", target = "member:b", direction });
        Assert.Equal(HttpStatusCode.Created, begun.StatusCode);
        await members.UntilAsync(async () => !await IsReachable("a", "b"), "nobody notices the cut");
        var fault = await members.JsonAsync("a", "/api/faults/cut");
        Assert.True(fault.GetProperty("hits").GetInt64() > 0, fault.ToString());

        // Long before anybody is put out.
        await members.DeleteAsync("a", "/api/faults/cut");
        await members.UntilAsync(async () => await IsReachable("a", "b") && await IsReachable("b", "a"), "the cut outlives the fault");
        Assert.Empty(client.Settle());

        async Task<bool> IsReachable(string node, string other) => await members.MemberAsync(node, other) is { } member && member.GetProperty("reachable").GetBoolean();
    }

    [Fact]
    public async Task Fault_between_members_names_one_that_is_there()
    {
        await using var members = await Members.StartAsync(1, "--set", "node.faults.enabled=on");
        foreach (var name in (string[])["nobody", "a"])
        {
            using var refused = await members.PostAsync("a", "/api/faults", new { kind = "cluster-partition", target = $"member:{name}" });
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
            Assert.Contains($"this node's cluster has no other member {name}", (await JsonDocument.ParseAsync(await refused.Content.ReadAsStreamAsync())).RootElement.ToString());
        }
    }
}
