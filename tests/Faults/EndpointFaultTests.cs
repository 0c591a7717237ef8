using System.Diagnostics;
using System.Net.Sockets;
using Akka.Actor;
using Anode.Faults;
using Anode.Messages;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Faults;

/// <summary>Endpoints that lose their ports and actors that fail: supervision brings them back, and open connections do not notice.</summary>
public sealed class EndpointFaultTests
{
    [Fact]
    public async Task Stolen_port_is_seen_as_in_use_and_is_bound_again_when_the_stranger_leaves()
    {
        await using var node = await FaultNode.StartAsync();
        using var client = node.Connect();
        var fault = await node.BeginAsync("port-stolen endpoint:tcp");
        Eventually.Equal(98, () => node.View.Endpoints.Find("tcp")?.Status?.LastFailure?.Errno);
        Assert.Equal(1, fault.Tally.Hits);
        client.Sync();
        await node.EndAsync(fault);
        Eventually.Equal(Endpoint.State.Bound, () => node.View.Endpoints.Find("tcp")!.Status!.State);
        using var another = node.Connect();
    }

    [Fact]
    public async Task Endpoint_that_is_down_refuses_and_comes_back()
    {
        await using var node = await FaultNode.StartAsync();
        using var client = node.Connect();
        var fault = await node.BeginAsync("down endpoint:tcp");
        Assert.Equal(NativeTestClient.Reset, client.Receive());
        Eventually.Holds(() => Refuses(node), () => "it still accepts");
        await node.EndAsync(fault);
        Eventually.Equal(Endpoint.State.Bound, () => node.View.Endpoints.Find("tcp")!.Status!.State);
        using var another = node.Connect();
    }

    [Fact]
    public async Task Refused_accepts_reset_and_leave_those_who_are_in_alone()
    {
        await using var node = await FaultNode.StartAsync();
        using var client = node.Connect();
        var fault = await node.BeginAsync("refuse-accept endpoint:tcp");
        using (var refused = node.Dial())
            Assert.Equal(NativeTestClient.Reset, refused.Receive());
        client.Sync();
        await node.EndAsync(fault);
        using var another = node.Connect();
    }

    [Fact]
    public async Task Slow_accepts_take_their_time_one_after_the_other()
    {
        await using var node = await FaultNode.StartAsync();
        var fault = await node.BeginAsync("call-delay endpoint:tcp call=accept latency=60ms");
        var clock = Stopwatch.StartNew();
        using (var first = node.Dial())
        using (var second = node.Dial())
            Eventually.Equal(2, () => node.View.Sockets.Connections.Open.Count());
        Assert.True(clock.ElapsedMilliseconds >= 119, $"{clock.ElapsedMilliseconds} ms");
        await node.EndAsync(fault);
        Assert.Equal(2, fault.Tally.DelayedPieces);
        Assert.True(fault.Tally.Delays().P50 >= 59, Evidence.Of(fault));

        var endless = await node.BeginAsync("call-delay endpoint:tcp call=accept latency=1h");
        using var held = node.Dial();
        Eventually.Holds(() => endless.Tally.DelayedPieces > 0, () => "nobody is kept waiting");
        await node.EndAsync(endless);
        using var another = node.Connect();
        Eventually.Equal(2, () => node.View.Sockets.Connections.Open.Count());
    }

    [Fact]
    public async Task Planned_fault_begins_at_its_time_and_lasts_from_there()
    {
        await using var node = await FaultNode.StartAsync();
        using var client = node.Connect();
        var clock = Stopwatch.StartNew();
        var fault = await node.BeginAsync("half-open endpoint:tcp in=1s for=500ms id=later");
        Assert.False(fault.HasBegun);
        Assert.Same(fault, node.View.Faults!.Board.Find("later"));
        client.Sync(); // not yet
        Eventually.Holds(() => fault.HasBegun, () => "it does not begin");
        Assert.True(clock.ElapsedMilliseconds >= 999, $"{clock.ElapsedMilliseconds} ms");
        client.Sync(); // held until it ends
        Assert.True(clock.ElapsedMilliseconds >= 1498, $"{clock.ElapsedMilliseconds} ms");
        Eventually.Equal("expired", () => fault.Ended);
    }

    [Fact]
    public async Task Planned_fault_that_is_removed_never_begins()
    {
        await using var node = await FaultNode.StartAsync();
        using var client = node.Connect();
        var fault = await node.BeginAsync("down endpoint:tcp in=2s");
        await node.EndAsync(fault);
        var next = await node.BeginAsync("loss endpoint:tcp probability=0 in=2200ms");
        Eventually.Holds(() => next.HasBegun, () => "it does not begin");
        Assert.False(fault.HasBegun);
        Assert.Equal("removed", fault.Ended);
        client.Sync();
    }

    [Theory]
    [InlineData("actor-throw endpoint:tcp")]
    [InlineData("actor-stop endpoint:tcp")]
    [InlineData("call-error endpoint:tcp call=accept errno=9")]
    public async Task Listener_that_ends_is_made_anew_and_costs_no_connection(string text)
    {
        await using var node = await FaultNode.StartAsync();
        node.ExpectsCrashes = true;
        using var client = node.Connect();
        var fault = await node.BeginAsync(text);
        if (fault.Spec.Shape is AcceptShape)
        {
            using var trigger = node.Dial();
            Eventually.Holds(() => fault.Tally.Hits > 0, () => "nobody was accepted");
            await node.EndAsync(fault);
        }

        Eventually.Holds(() => node.View.Endpoints.Find("tcp")!.Status is { State: Endpoint.State.Bound, Restarts: > 0 }, () => "it is not made anew");
        client.Sync();
        using var another = node.Connect();
    }

    [Fact]
    public async Task Connection_that_fails_ends_as_crashed_and_the_others_do_not_notice()
    {
        await using var node = await FaultNode.StartAsync();
        node.ExpectsCrashes = true;
        using var client = node.Connect();
        using var other = node.Connect();
        var record = node.RecordOf(client);
        await node.BeginAsync($"actor-throw actor:{record.ActorPath}");
        Assert.Equal(NativeTestClient.Reset, client.Receive());
        Eventually.Equal(CloseReason.Crashed, () => record.CloseReason);
        other.Sync();
    }

    [Fact]
    public async Task Paused_actor_goes_on_where_it_was()
    {
        await using var node = await FaultNode.StartAsync();
        using var client = node.Connect();
        var fault = await node.BeginAsync($"actor-pause actor:{node.RecordOf(client).ActorPath}");
        client.Send(7, 1);
        client.Socket.ReceiveTimeout = 200;
        Assert.Throws<SocketException>(() => client.Socket.Receive(new byte[1], SocketFlags.Peek));
        client.Socket.ReceiveTimeout = 15_000;
        await node.EndAsync(fault);
        Assert.Equal("[8,1]", client.Receive());
    }

    [Fact]
    public async Task Slow_mailbox_slows_and_stops_slowing()
    {
        await using var node = await FaultNode.StartAsync();
        using var client = node.Connect();
        var fault = await node.BeginAsync($"slow-mailbox actor:{node.RecordOf(client).ActorPath} pause=20ms every=40ms");
        for (var i = 0; i < 5; i++)
            client.Sync();
        Eventually.Holds(() => fault.Tally.Hits >= 2, () => "it never stood");
        await node.EndAsync(fault);
        client.Sync();
    }

    [Fact]
    public async Task Unknown_targets_are_refused()
    {
        await using var node = await FaultNode.StartAsync();
        foreach (var text in new[] { "down endpoint:nope", "actor-pause actor:/user/nobody", "actor-stop actor:/system/x" })
        {
            var spec = FaultSpec.Read(FaultFields.Of(text), TimeSpan.FromHours(1));
            Assert.IsType<Fault.Refused>(await node.View.Faults!.Actor!.Ask(new Fault.Begin(spec, 0), TimeSpan.FromSeconds(10)));
        }
    }

    private static bool Refuses(TestNode node)
    {
        try
        {
            using var client = node.Dial();
            return client.Receive() == NativeTestClient.Reset;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }
}
