using System.Diagnostics;
using Anode.Faults;
using Anode.Messages;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Faults;

/// <summary>What happens to the bytes of a stream, and that ending a fault loses none of them.</summary>
public sealed class StreamFaultTests
{
    [Theory]
    [InlineData("in")]
    [InlineData("out")]
    public async Task Latency_delays_every_message_and_keeps_their_order(string direction)
    {
        await using var node = await FaultNode.StartAsync();
        using var subscriber = node.Connect();
        using var publisher = node.Connect();
        Subscribe(subscriber);
        var concerned = direction == "in" ? publisher : subscriber;
        var fault = await node.BeginAsync($"latency connection:{concerned.Connection} latency=60ms jitter=50ms direction={direction} for=20s");
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 50; i++)
            publisher.Send(3, "a.b", i.ToString());
        for (var i = 0; i < 50; i++)
            Assert.Equal($"[3,\"a.b\",\"{i}\"]", subscriber.Receive());
        Assert.True(clock.ElapsedMilliseconds >= 10);
        await node.EndAsync(fault);
        Assert.True(fault.Tally.Delays().P50 >= 10);
    }

    [Fact]
    public async Task Ending_a_delay_lets_go_what_it_held()
    {
        await using var node = await FaultNode.StartAsync();
        using var subscriber = node.Connect();
        using var publisher = node.Connect();
        Subscribe(subscriber);
        var fault = await node.BeginAsync("latency endpoint:tcp latency=1h direction=out");
        for (var i = 0; i < 100; i++)
            publisher.Send(3, "a.b", i.ToString());
        Eventually.Equal(100, () => (int)node.View.Relay.Counters.Delivered);
        await node.EndAsync(fault);
        for (var i = 0; i < 100; i++)
            Assert.Equal($"[3,\"a.b\",\"{i}\"]", subscriber.Receive());
    }

    [Theory]
    [InlineData("half-open endpoint:tcp for=1s")]
    [InlineData("partition protocol:native for=1s")]
    public async Task Half_open_connection_passes_nothing_and_loses_nothing_and_heals_by_itself(string text)
    {
        await using var node = await FaultNode.StartAsync();
        using var subscriber = node.Connect();
        using var publisher = node.Connect();
        Subscribe(subscriber);
        var clock = Stopwatch.StartNew();
        var fault = await node.BeginAsync(text);
        for (var i = 0; i < 100; i++)
            publisher.Send(3, "a.b", i.ToString());
        for (var i = 0; i < 100; i++)
            Assert.Equal($"[3,\"a.b\",\"{i}\"]", subscriber.Receive());
        Assert.True(clock.ElapsedMilliseconds >= 990, $"{clock.ElapsedMilliseconds} ms");
        Eventually.Equal("expired", () => fault.Ended);
        Assert.NotEqual("", Evidence.Of(fault));
    }

    [Theory]
    [InlineData("slicer endpoint:tcp size=3 variation=2 delay=100us")]
    [InlineData("bandwidth endpoint:tcp rate=2MB")]
    [InlineData("short-read endpoint:tcp bytes=3")]
    [InlineData("short-write endpoint:tcp bytes=3")]
    [InlineData("latency endpoint:tcp latency=1ms jitter=1ms")]
    [InlineData("call-delay endpoint:tcp call=receive latency=2ms probability=50%")]
    [InlineData("call-delay endpoint:tcp call=send latency=2ms jitter=1ms")]
    public async Task Torn_and_slow_streams_arrive_whole(string text)
    {
        await using var node = await FaultNode.StartAsync();
        using var subscriber = node.Connect();
        using var publisher = node.Connect();
        Subscribe(subscriber);
        var fault = await node.BeginAsync(text);
        var payloads = Enumerable.Range(0, 30).Select(i => new string((char)('a' + (i % 26)), i * 20)).ToList();
        foreach (var payload in payloads)
            publisher.Send(3, "a.b", payload);
        foreach (var payload in payloads)
            Assert.Equal($"[3,\"a.b\",\"{payload}\"]", subscriber.Receive());
        // Everything may have come by one read; a fault of some probability needs more of them.
        Eventually.Holds(() => subscriber.Sync().Count == 0 && Evidence.Of(fault).Length > 0, () => "it left no evidence");
        await node.EndAsync(fault);
    }

    [Fact]
    public async Task Reset_ends_in_RST_and_is_named()
    {
        await using var node = await FaultNode.StartAsync();
        using var client = node.Connect();
        var record = node.RecordOf(client);
        await node.BeginAsync($"reset connection:{client.Connection} after=10ms");
        Assert.Equal(NativeTestClient.Reset, client.Receive());
        Eventually.Equal(CloseReason.Fault, () => record.CloseReason);
    }

    [Fact]
    public async Task Limit_of_data_closes_behind_its_last_byte()
    {
        await using var node = await FaultNode.StartAsync();
        using var client = node.Connect();
        client.Sync();
        await node.BeginAsync($"limit-data connection:{client.Connection} bytes=7 direction=out");
        client.Send(7, 1);
        client.Send(7, 2);
        Assert.Equal("[8,1]", client.Receive()); // four bytes of length, three of body
        Assert.Equal(NativeTestClient.Eof, client.Receive());
    }

    [Fact]
    public async Task Timeout_swallows_and_then_closes()
    {
        await using var node = await FaultNode.StartAsync();
        using var client = node.Connect();
        var fault = await node.BeginAsync($"timeout connection:{client.Connection} after=1s direction=in");
        client.Send(7, 1);
        Assert.Contains(client.Receive(), new[] { NativeTestClient.Eof, NativeTestClient.Reset, "[10,\"fault\",\"a fault was injected\"]" });
        Assert.Equal(1, fault.Tally.Frames);
    }

    [Fact]
    public async Task Slow_close_keeps_the_end_back()
    {
        await using var node = await FaultNode.StartAsync();
        using var client = node.Connect();
        await node.BeginAsync($"slow-close connection:{client.Connection} delay=200ms direction=out");
        var clock = Stopwatch.StartNew();
        client.Send(11, "enough");
        Assert.Equal(NativeTestClient.Eof, client.Receive());
        Assert.True(clock.ElapsedMilliseconds >= 190, $"{clock.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task Call_that_fails_ends_the_connection_with_its_errno()
    {
        await using var node = await FaultNode.StartAsync();
        using var client = node.Connect();
        var record = node.RecordOf(client);
        await node.BeginAsync($"call-error connection:{client.Connection} call=receive errno=110");
        client.Send(7);
        Eventually.Equal((CloseReason.TimedOut, 110), () => (record.CloseReason ?? default, record.Errno));
    }

    [Theory]
    [InlineData("receive")]
    [InlineData("send")]
    public async Task Call_that_is_put_off_is_made_later_and_ending_the_fault_ends_the_wait(string call)
    {
        await using var node = await FaultNode.StartAsync();
        using var client = node.Connect();
        client.Sync();
        var slow = await node.BeginAsync($"call-delay connection:{client.Connection} call={call} latency=80ms");
        var clock = Stopwatch.StartNew();
        client.Send(7, 1);
        Assert.Equal("[8,1]", client.Receive());
        Assert.True(clock.ElapsedMilliseconds >= 79, $"{clock.ElapsedMilliseconds} ms");
        await node.EndAsync(slow);
        Assert.True(slow.Tally.Delays().P50 >= 79, Evidence.Of(slow));

        var endless = await node.BeginAsync($"call-delay connection:{client.Connection} call={call} latency=1h");
        client.Send(7, 2);
        Eventually.Holds(() => endless.Tally.DelayedPieces > 0, () => "no call was put off");
        await node.EndAsync(endless);
        Assert.Equal("[8,2]", client.Receive());
    }

    [Fact]
    public async Task Each_fault_shows_the_delays_that_are_its_own_and_each_connection_once()
    {
        await using var node = await FaultNode.StartAsync();
        using var client = node.Connect();
        using var other = node.Connect();
        var slow = await node.BeginAsync("latency endpoint:tcp latency=20ms");
        var lossy = await node.BeginAsync("loss endpoint:tcp probability=0");
        client.Sync();
        other.Sync();
        await node.EndAsync(slow);
        await node.EndAsync(lossy);
        Assert.True(slow.Tally.Delays().P50 >= 19, Evidence.Of(slow));
        Assert.Equal(default, lossy.Tally.Delays());
        Assert.Equal((2, 2), (slow.Tally.Connections, lossy.Tally.Connections));
    }

    [Fact]
    public async Task Partition_from_one_node_is_found_by_the_links_and_heals_by_itself()
    {
        await using var mesh = new Mesh.Nodes.MeshNodes();
        await mesh.AddAsync("a", [], more: FaultNode.Enabled);
        await mesh.AddAsync("b", ["a"]);
        mesh.AwaitWhole();
        var fault = await mesh["a"].BeginAsync("partition link:b for=20s");
        Eventually.Equal(0, () => mesh["a"].View.Relay.Mesh!.View.Links.Count);
        Eventually.Equal(0, () => mesh["b"].View.Relay.Mesh!.View.Links.Count);
        await mesh["a"].EndAsync(fault);
        mesh.AwaitWhole();
        Assert.NotEqual("", Evidence.Of(fault));
    }

    private static void Subscribe(NativeTestClient subscriber)
    {
        subscriber.Send(4, 1, "a.b");
        subscriber.Sync();
    }
}
