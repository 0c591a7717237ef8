using System.Diagnostics;
using Anode.Tests.Configuration;
using Anode.Tests.Protocols.Proxy;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Operations.Toxiproxy;

/// <summary>Toxics as they are felt at both ends of a proxied connection.</summary>
public sealed class ToxicTests
{
    [Theory]
    [InlineData("downstream")]
    [InlineData("upstream")]
    public async Task Latency_is_felt_once_in_its_direction_alone(string stream)
    {
        await using var node = await ToxicNode.StartAsync();
        using var client = ToxicNode.Dial(await node.CreateAsync());
        using var server = node.Target.Accept();
        await node.JsonAsync(200, "POST", "/proxies/p/toxics", $$"""{"type": "latency", "attributes": {"latency": 250}, "stream": "{{stream}}"}""");
        var fault = Assert.Single(await node.FaultsAsync());
        Assert.Equal(("latency", "endpoint:p", stream == "upstream" ? "in" : "out"), (fault.GetProperty("kind").GetString(), fault.GetProperty("target").GetString(), fault.GetProperty("direction").GetString()));

        var clock = Stopwatch.StartNew();
        var (from, to) = stream == "upstream" ? (client, server) : (server, client);
        from.Write("slow");
        Assert.Equal("slow", to.Read(4));
        Assert.True(clock.ElapsedMilliseconds >= 249, $"{clock.ElapsedMilliseconds} ms");
        // The other way the evidence stays what it was: nothing was held there.
        to.Write("fast");
        Assert.Equal("fast", from.Read(4));
        var evidence = Assert.Single(await node.FaultsAsync());
        Assert.Equal(1, evidence.GetProperty("connections").GetInt32());
        Assert.InRange(evidence.GetProperty("delayed").GetProperty("max").GetDouble(), 249, 20_000);

        Assert.Equal(204, (await node.AskAsync("DELETE", $"/proxies/p/toxics/latency_{stream}")).Status);
        Assert.Empty(await node.FaultsAsync());
    }

    [Fact]
    public async Task Toxics_stay_with_a_proxy_that_is_disabled_and_enabled()
    {
        await using var node = await ToxicNode.StartAsync();
        var listen = await node.CreateAsync();
        await node.JsonAsync(200, "POST", "/proxies/p/toxics", """{"type": "limit_data", "attributes": {"bytes": 3}}""");
        await node.JsonAsync(200, "POST", "/proxies/p", """{"enabled": false}""");
        Assert.Empty(await node.FaultsAsync());
        await node.JsonAsync(200, "POST", "/proxies/p/toxics/limit_data_downstream", """{"attributes": {"bytes": 5}}""");
        await node.JsonAsync(200, "POST", "/proxies/p", """{"enabled": true}""");
        using var client = ToxicNode.Dial(listen);
        using var server = node.Target.Accept();
        server.Write("0123456789");
        Assert.Equal("01234", client.Read(5));
        Assert.Contains(client.ReadEnd(), (string[])["EOF", "RST"]);
    }

    [Fact]
    public async Task Reset_peer_resets_and_disabling_ends_open_connections()
    {
        await using var node = await ToxicNode.StartAsync();
        var listen = await node.CreateAsync();
        using (var client = ToxicNode.Dial(listen))
        using (var server = node.Target.Accept())
        {
            AssertJoined(client, server);
            await node.JsonAsync(200, "POST", "/proxies/p/toxics", """{"type": "reset_peer"}""");
            Assert.Equal(("RST", "RST"), (client.ReadEnd(), server.ReadEnd()));
            await node.AskAsync("DELETE", "/proxies/p/toxics/reset_peer_downstream");
        }

        using var held = ToxicNode.Dial(listen);
        using var heldServer = node.Target.Accept();
        AssertJoined(held, heldServer);
        await node.JsonAsync(200, "POST", "/proxies/p", """{"enabled": false}""");
        Assert.Equal(("RST", "RST"), (held.ReadEnd(), heldServer.ReadEnd()));
    }

    [Fact]
    public async Task Slow_close_delays_the_end_of_the_stream_and_not_its_bytes()
    {
        await using var node = await ToxicNode.StartAsync();
        using var client = ToxicNode.Dial(await node.CreateAsync());
        using var server = node.Target.Accept();
        await node.JsonAsync(200, "POST", "/proxies/p/toxics", """{"type": "slow_close", "attributes": {"delay": 300}}""");
        var clock = Stopwatch.StartNew();
        server.Write("bye");
        server.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.Equal("bye", client.Read(3));
        Assert.Equal("EOF", client.ReadEnd());
        Assert.True(clock.ElapsedMilliseconds >= 299, $"{clock.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task Client_that_is_done_before_the_dial_is_heard_to_its_end()
    {
        await using var node = await ToxicNode.StartAsync();
        using var target = ProxyTarget.Up(backlog: 0);
        var proxy = await node.JsonAsync(201, "POST", "/proxies", $$"""{"name": "late", "listen": "127.0.0.1:0", "upstream": "{{target.Address["tcp://".Length..]}}"}""");
        await node.JsonAsync(200, "POST", "/proxies/late/toxics", """{"type": "slow_close", "attributes": {"delay": 1}}""");
        var filler = target.FillBacklog();
        using var client = ToxicNode.Dial((string)proxy["listen"]!);
        client.Write("bye");
        client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Eventually.Equal(3L, () => node.Node.View.Sockets.Connections.Open.Where(record => record.Endpoint == "late").Sum(record => record.BytesIn));
        foreach (var socket in filler)
            socket.Reset();
        for (; ; )
        {
            // Those that had got in before come out first, and have been reset.
            using var server = target.Accept();
            if (server.ReadEnd() is not "bye")
                continue;
            Assert.Equal("EOF", server.ReadEnd());
            server.Write("heard");
            server.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            Assert.Equal(("heard", "EOF"), (client.Read(5), client.ReadEnd()));
            break;
        }
    }

    [Fact]
    public void Api_without_faults_is_a_mistake_of_the_configuration() => Assert.Contains(
        "node.faults.toxiproxy.enabled = on is for a node with node.faults.enabled = on",
        Configs.Error("", Configs.Set("node.faults.toxiproxy.enabled=on")), StringComparison.Ordinal);

    /// <summary>Accepted by its kernel, a target may have a connection that the node does not know of yet.</summary>
    private static void AssertJoined(System.Net.Sockets.Socket client, System.Net.Sockets.Socket server)
    {
        client.Write("x");
        Assert.Equal("x", server.Read(1));
    }
}
