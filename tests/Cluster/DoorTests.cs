using Anode.Tests.Operations;
using Anode.Tests.Processes;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Cluster;

/// <summary>Where else a client may go.</summary>
[Collection(nameof(AloneCollection))]
public sealed class DoorTests
{
    private const string Nats = """{ address = "tcp://127.0.0.1:0", name = nats, protocol = nats }""";

    [Fact]
    public async Task Doors_of_other_members_are_offered_in_connect_urls()
    {
        await using var a = await HttpNode.StartAsync("cluster.address = \"127.0.0.1:0\"", Nats);
        await using var b = await HttpNode.StartAsync($$"""cluster { address = "127.0.0.1:0", seeds = ["{{a.View.Cluster!.State.Self}}"] }""", Nats);
        string[] both = [$"127.0.0.1:{a.Address("nats").Port}", $"127.0.0.1:{b.Address("nats").Port}"];

        await a.UntilAsync("/api/cluster", answer => both.All(door => answer.Text.Contains(door)));
        using var client = await Blocking.Run(() => NatsTestClient.Dial(a.Address("nats")));

        Assert.Equal(both, client.Info.GetProperty("connect_urls").EnumerateArray().Select(url => url.GetString()!));
    }

    [Fact]
    public async Task Doors_of_other_members_are_offered_in_WELCOME()
    {
        await using var a = await HttpNode.StartAsync("cluster.address = \"127.0.0.1:0\"");
        await using var b = await HttpNode.StartAsync($$"""cluster { address = "127.0.0.1:0", seeds = ["{{a.View.Cluster!.State.Self}}"] }""");

        await a.UntilAsync("/api/cluster", answer => answer.Text.Contains($"127.0.0.1:{b.Address().Port}"));
        using var client = await Blocking.Run(() => NativeTestClient.Connect(a.Address()));

        Assert.Contains($"\"addresses\":[\"tcp://127.0.0.1:{b.Address().Port}\"]", client.Welcome);
        Assert.DoesNotContain("\"epoch\"", client.Welcome);
    }

    [Fact]
    public async Task Epoch_of_an_endpoint_that_moves_is_said_in_INFO_and_of_others_none()
    {
        await using var node = await HttpNode.StartAsync(
            "cluster.address = \"127.0.0.1:0\"", Nats, """{ address = "tcp://127.0.0.1:0", name = front, protocol = nats, placement = cluster }""");
        await node.UntilAsync("/api/endpoints/front", answer => answer.Text.Contains("\"Bound\""));

        using var moving = await Blocking.Run(() => NatsTestClient.Dial(node.Address("front")));
        using var fixedOne = await Blocking.Run(() => NatsTestClient.Dial(node.Address("nats")));

        Assert.Equal(node.View.Endpoints.Find("front")!.Place!.Epoch, moving.Info.GetProperty("anode_epoch").GetString());
        Assert.False(fixedOne.Info.TryGetProperty("anode_epoch", out _));
    }

    [Fact]
    public async Task Nothing_is_sent_any_more_once_the_right_to_an_endpoint_is_over()
    {
        await using var node = await HttpNode.StartAsync(
            "cluster.address = \"127.0.0.1:0\"", TestNode.Tcp, """{ address = "tcp://127.0.0.1:0", name = front, placement = cluster }""");
        await node.UntilAsync("/api/endpoints/front", answer => answer.Text.Contains("\"Bound\""));
        using var moving = await Blocking.Run(() => NativeTestClient.Connect(node.Address("front")));
        using var fixedOne = await Blocking.Run(() => NativeTestClient.Connect(node.Address()));
        moving.Send(4, 1, "word");
        await Blocking.Run(moving.Settle);
        fixedOne.Send(3, "word", "first");
        Assert.Equal("[3,\"word\",\"first\"]", await Blocking.Run(moving.Receive));

        // As if the process had stood still until long after its lease, and this were the first thread to run again.
        node.View.Endpoints.Find("front")!.Spec.Mobility!.GuardBy(() => false);
        fixedOne.Send(3, "word", "second");

        Assert.Equal(NativeTestClient.Reset, await Blocking.Run(moving.Receive));
        Assert.Empty(await Blocking.Run(fixedOne.Sync));
    }

    [Fact]
    public async Task Node_without_a_cluster_says_so_and_moves_nothing()
    {
        await using var node = await HttpNode.StartAsync();

        Assert.False((await node.JsonAsync("/api/cluster")).GetProperty("enabled").GetBoolean());
        var refused = await node.PostAsync("/api/endpoints/tcp/move");
        Assert.Equal((409, "this node is in no cluster, so nothing can move"), (refused.Status, refused.Error));
    }
}
