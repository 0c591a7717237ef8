using Anode.Tests.Protocols.Native;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Mesh.Nodes;

/// <summary>Messages between programs at different nodes: what holds at one node holds over any graph of them.</summary>
public sealed class RelayTests
{
    [Fact]
    public async Task Message_reaches_a_node_that_its_own_cannot_reach()
    {
        await using var mesh = await MeshNodes.StartAsync("a-b", "b-c");
        using var subscriber = mesh["c"].Connect();
        using var publisher = mesh["a"].Connect();
        subscriber.Send(4, 1, "lab.*");
        mesh.AwaitInterest("a", 1);
        publisher.Send(3, "lab.temp", "21.5", "answer.here", Value.Map(("unit", "C")));
        Assert.Equal("[3,\"lab.temp\",\"21.5\",\"answer.here\",{\"unit\":\"C\"}]", subscriber.Receive());
        Assert.Equal("a b c", mesh.PathOf("a", "c"));
    }

    [Fact]
    public async Task Redundant_links_bring_each_message_once_and_in_order()
    {
        await using var mesh = await MeshNodes.StartAsync("a-b", "a-c", "b-c", "b-d", "c-d", "a-d");
        var subscribers = mesh.Names.ToDictionary(name => name, name => mesh[name].Connect());
        foreach (var subscriber in subscribers.Values)
            subscriber.Send(4, 1, "run.>");
        foreach (var name in mesh.Names)
            mesh.AwaitInterest(name, 4);
        var publishers = mesh.Names.ToDictionary(name => name, name => mesh[name].Connect());
        for (var i = 0; i < 200; i++)
        {
            foreach (var (name, publisher) in publishers)
                publisher.Send(3, $"run.{name}", $"{i}");
        }

        foreach (var subscriber in subscribers.Values)
        {
            var heard = subscriber.Receive(200 * publishers.Count);
            foreach (var name in publishers.Keys)
                Assert.Equal(Enumerable.Range(0, 200).Select(i => $"[3,\"run.{name}\",\"{i}\"]"), heard.Where(message => message.Contains($"run.{name}\"")));
            Assert.Empty(subscriber.Settle());
        }

        foreach (var client in subscribers.Values.Concat(publishers.Values))
            client.Dispose();
    }

    [Fact]
    public async Task Native_and_nats_clients_of_different_nodes_hear_each_other()
    {
        await using var mesh = await MeshNodes.StartAsync("a-b");
        using var nats = NatsTestClient.Connect(mesh["b"].Address("nats"));
        nats.Say("SUB lab.> 7\n");
        nats.Sync();
        using var native = mesh["a"].Connect();
        native.Send(4, 1, "answers");
        mesh.AwaitInterest("a", 2);
        mesh.AwaitInterest("b", 2);
        native.Send(3, "lab.x", "to nats", "answers", Value.Map(("k", "v")));
        Assert.StartsWith("HMSG lab.x 7 answers ", nats.HearLine());
        nats.Say("PUB answers 9\nto native\n");
        Assert.Equal("[3,\"answers\",'to native']", native.Receive());
    }

    [Fact]
    public async Task Request_is_answered_over_the_inbox_of_another_node()
    {
        await using var mesh = await MeshNodes.StartAsync("a-b", "b-c");
        using var responder = mesh["c"].Connect();
        using var asker = mesh["a"].Connect();
        responder.Send(4, 1, "ask.me");
        mesh.AwaitInterest("a", 1);
        asker.Send(3, "ask.me", "?", asker.Inbox + ".1");
        Assert.Equal($"[3,\"ask.me\",\"?\",\"{asker.Inbox}.1\"]", responder.Receive());
        responder.Send(3, asker.Inbox + ".1", "!");
        Assert.Equal($"[6,0,\"{asker.Inbox}.1\",\"!\"]", asker.Receive());
    }

    [Fact]
    public async Task Request_nobody_in_the_mesh_serves_is_answered_at_once()
    {
        await using var mesh = await MeshNodes.StartAsync("a-b");
        using var asker = mesh["a"].Connect();
        asker.Send(3, "ask.nobody", "?", asker.Inbox + ".1");
        Assert.Contains("\"status\":\"503\"", asker.Receive());
    }

    [Fact]
    public async Task Queue_group_gets_each_message_once_in_the_whole_mesh_and_nearest_first()
    {
        await using var mesh = await MeshNodes.StartAsync("a-b", "b-c");
        using var near = mesh["b"].Connect();
        using var far = mesh["c"].Connect();
        using var publisher = mesh["a"].Connect();
        near.Send(4, 1, "jobs", "g");
        far.Send(4, 1, "jobs", "g");
        mesh.AwaitInterest("a", 2);
        for (var i = 0; i < 50; i++)
            publisher.Send(3, "jobs", $"{i}");
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"[6,1,\"jobs\",\"{i}\"]"), near.Receive(50));
        Assert.Empty(far.Settle());
        using var here = mesh["a"].Connect();
        here.Send(4, 1, "jobs", "g");
        here.Sync();
        publisher.Send(3, "jobs", "local");
        Assert.Equal("[6,1,\"jobs\",\"local\"]", here.Receive());
        Assert.Empty(near.Settle());
        near.Dispose();
        here.Dispose();
        mesh.AwaitInterest("a", 1);
        publisher.Send(3, "jobs", "far");
        Assert.Equal("[6,1,\"jobs\",\"far\"]", far.Receive());
    }

    [Fact]
    public async Task Subscriber_and_queue_group_at_the_same_other_node_both_get_it()
    {
        await using var mesh = await MeshNodes.StartAsync("a-b");
        using var all = mesh["b"].Connect();
        using var one = mesh["b"].Connect();
        using var publisher = mesh["a"].Connect();
        all.Send(4, 1, "jobs");
        one.Send(4, 1, "jobs", "g");
        one.Send(4, 2, "jobs", "h");
        mesh.AwaitInterest("a", 3);
        publisher.Send(3, "jobs", "x");
        publisher.Send(12, 5, "jobs", "y");
        Assert.Equal("[9,5,{\"receivers\":3}]", publisher.Receive());
        Assert.Equal(["[3,\"jobs\",\"x\"]", "[3,\"jobs\",\"y\"]"], all.Receive(2));
        Assert.Equal(
            ["[6,1,\"jobs\",\"x\"]", "[6,1,\"jobs\",\"y\"]", "[6,2,\"jobs\",\"x\"]", "[6,2,\"jobs\",\"y\"]"],
            one.Receive(4).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Large_message_goes_whole_and_small_ones_overtake_it_only_on_other_subjects()
    {
        await using var mesh = await MeshNodes.StartAsync("a-b", "b-c");
        using var subscriber = mesh["c"].Connect();
        using var publisher = mesh["a"].Connect();
        subscriber.Send(4, 1, "size.>");
        mesh.AwaitInterest("a", 1);
        var large = Enumerable.Range(0, 1_000_000).Select(i => (byte)(i * 7)).ToArray();
        for (var i = 0; i < 5; i++)
        {
            publisher.Send(3, "size.large", large);
            publisher.Send(3, "size.large", $"behind {i}");
        }

        for (var i = 0; i < 5; i++)
        {
            var body = subscriber.ReceiveBody()!;
            Assert.True(body.AsSpan().EndsWith(large), $"message {i} came with {body.Length} bytes");
            Assert.Equal($"[3,\"size.large\",\"behind {i}\"]", subscriber.Receive());
        }
    }

    [Fact]
    public async Task Subscription_that_ends_or_whose_client_goes_is_forgotten_everywhere()
    {
        await using var mesh = await MeshNodes.StartAsync("a-b", "b-c");
        using var first = mesh["c"].Connect();
        using var second = mesh["c"].Connect();
        first.Send(4, 1, "lab.x");
        second.Send(4, 1, "lab.x");
        second.Send(4, 2, "lab.y");
        mesh.AwaitInterest("c", 3);
        mesh.AwaitInterest("a", 2);
        first.Send(5, 1);
        second.Send(5, 2);
        mesh.AwaitInterest("a", 1);
        second.Dispose();
        mesh.AwaitInterest("a", 0);
    }

    [Fact]
    public async Task Subscriptions_two_hops_away_survive_the_restart_of_the_node_between()
    {
        await using var mesh = await MeshNodes.StartAsync("a-b", "b-c");
        using var subscriber = mesh["c"].Connect();
        using var publisher = mesh["a"].Connect();
        subscriber.Send(4, 1, "lab.x");
        mesh.AwaitInterest("a", 1);
        var address = mesh["b"].Address("link");
        await mesh.StopAsync("b");
        Eventually.Equal("", () => mesh.PathOf("a", "c"));
        await mesh.AddAsync("b", ["a"], address);
        mesh.AwaitWhole();
        mesh.AwaitInterest("a", 1);
        publisher.Send(3, "lab.x", "again");
        Assert.Equal("[3,\"lab.x\",\"again\"]", subscriber.Receive());
    }
}
