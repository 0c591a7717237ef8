using System.Net.Sockets;
using Akka.Actor;
using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Protocols.Proxy;

/// <summary>What befalls proxied connections: targets that are down, killed actors, crowds, the node's end.</summary>
public sealed class ProxyLifeTests
{
    [Fact]
    public async Task Target_that_is_down_resets_the_client_says_why_and_serves_once_it_is_up()
    {
        using var target = ProxyTarget.Down();
        await using var node = await TestNode.StartAsync("", Listener(target));
        using (var refused = Ends.Client(node))
            Assert.Equal("RST", refused.ReadEnd());
        Eventually.Equal((CloseReason.ConnectFailed, SocketErrors.ECONNREFUSED), () =>
            node.View.Sockets.Connections.Closed.Select(record => (record.CloseReason ?? default, record.Errno)).SingleOrDefault());
        Assert.Equal([KeyValuePair.Create(CloseReason.ConnectFailed, 1L)], node.View.Sockets.Connections.Endings);
        Eventually.Equal(("proxy", "conn-1", $"connection refused: {target.Address}"), () =>
            node.View.Events.After(0, 1000).Where(said => said.Kind == "dial-failed").Select(said => (said.Endpoint, said.Subject, said.Text)).SingleOrDefault());

        target.Listen();
        using var client = Ends.Client(node);
        using var server = target.Accept();
        server.Write("up");
        Assert.Equal("up", client.Read(2));
    }

    [Fact]
    public async Task Dial_that_hangs_ends_with_the_connect_time_out()
    {
        using var target = ProxyTarget.Up(backlog: 0);
        await using var node = await ProxyTests.StartAsync(target, node: "timeouts.connect = 300ms");
        var filler = target.FillBacklog();
        using var client = Ends.Client(node);
        Assert.Equal("RST", client.ReadEnd());
        Eventually.Equal((CloseReason.ConnectFailed, SocketErrors.ETIMEDOUT), () =>
            node.View.Sockets.Connections.Closed.Select(record => (record.CloseReason ?? default, record.Errno)).SingleOrDefault());
        filler.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Node_drains_while_a_dial_hangs()
    {
        using var target = ProxyTarget.Up(backlog: 0);
        var node = await ProxyTests.StartAsync(target);
        var filler = target.FillBacklog();
        using var client = Ends.Client(node);
        Eventually.Equal(1, () => node.View.Sockets.Connections.OpenCount);
        await node.DisposeAsync();
        Assert.Equal("EOF", client.ReadEnd());
        filler.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Draining_ends_both_peers_in_good_order()
    {
        using var target = ProxyTarget.Up();
        var node = await ProxyTests.StartAsync(target);
        using var client = Ends.Client(node);
        using var server = target.Accept();
        client.Write("last");
        Assert.Equal("last", server.Read(4));
        ProxyTests.Halves(node);
        var ended = Blocking.Run(() =>
        {
            var ends = $"{client.ReadEnd()} {server.ReadEnd()}";
            client.Dispose();
            server.Dispose();
            return ends;
        });
        await node.DisposeAsync();
        Assert.Equal("EOF EOF", await ended);
        Assert.Equal("ShuttingDown ShuttingDown", ProxyTests.Endings(node));
    }

    [Fact]
    public async Task Listener_crash_costs_no_proxied_connection()
    {
        using var target = ProxyTarget.Up();
        await using var node = await ProxyTests.StartAsync(target, "unix:@crash-{name}");
        node.ExpectsCrashes = true;
        using var client = Ends.Client(node);
        using var server = target.Accept();
        node.System.ActorSelection("/user/node/endpoints/ep-proxy/listener").Tell(Kill.Instance);
        Eventually.Holds(() => node.View.Endpoints.Find("proxy")!.Status is { Restarts: 1, State: Endpoint.State.Bound }, () => $"{node.View.Endpoints.Find("proxy")!.Status}");
        client.Write("still");
        Assert.Equal("still", server.Read(5));
        using var second = Ends.Client(node);
        using var secondServer = target.Accept();
        second.Write("new");
        Assert.Equal("new", secondServer.Read(3));
    }

    [Theory]
    [InlineData("conn-1", "EndpointStopped OtherHalfEnded")]
    [InlineData("out-2", "OtherHalfEnded EndpointStopped")]
    public async Task Killed_half_resets_both_peers(string actor, string endings)
    {
        using var target = ProxyTarget.Up();
        await using var node = await ProxyTests.StartAsync(target);
        node.ExpectsCrashes = true;
        using var client = Ends.Client(node);
        using var server = target.Accept();
        ProxyTests.Halves(node);
        node.System.ActorSelection($"/user/node/endpoints/ep-proxy/conns/{actor}").Tell(Kill.Instance);
        Assert.Equal(("RST", "RST"), (client.ReadEnd(), server.ReadEnd()));
        Eventually.Equal(endings, () => ProxyTests.Endings(node));

        using var next = Ends.Client(node);
        using var nextServer = target.Accept();
        next.Write("on");
        Assert.Equal("on", nextServer.Read(2));
    }

    [Fact]
    public async Task Thousand_connections_each_reach_a_server_of_their_own()
    {
        const int count = 1000;
        using var target = ProxyTarget.Up();
        await using var node = await ProxyTests.StartAsync(target);
        var echoing = Blocking.Run(() =>
        {
            var servers = new List<Socket>();
            for (var i = 0; i < count; i++)
            {
                var server = target.Accept();
                servers.Add(server);
                server.Write(server.Read(6).Replace("c", "s", StringComparison.Ordinal));
            }

            return servers;
        });
        var clients = new List<Socket>();
        for (var i = 0; i < count; i++)
        {
            clients.Add(Ends.Client(node));
            clients[i].Write($"c{i:00000}");
        }

        Assert.Equal(Enumerable.Range(0, count).Select(i => $"s{i:00000}"), clients.Select(client => client.Read(6)));
        Assert.Equal(2 * count, node.View.Sockets.Connections.OpenCount);
        Eventually.Equal(0L, () => node.Pool.RentedCount); // idle ones hold nothing
        clients.ForEach(client => client.Dispose());
        (await echoing).ForEach(server => server.Dispose());
        Eventually.Equal(0, () => node.View.Sockets.Connections.OpenCount);
        Assert.All(node.View.Sockets.Connections.Closed, record => Assert.Equal(CloseReason.PeerClosed, record.CloseReason));
    }

    [Fact]
    public async Task Node_without_a_place_does_not_dial()
    {
        using var target = ProxyTarget.Up();
        await using var node = await ProxyTests.StartAsync(target, node: "limits.connections = 1");
        using var client = Ends.Client(node);
        using var server = target.Accept();
        using var second = Ends.Client(node);
        Assert.Equal("EOF", second.ReadEnd());
        second.Dispose();
        Eventually.Equal("TooManyConnections", () => ProxyTests.Endings(node));
        Assert.False(target.HasGuest);
        client.Write("x");
        Assert.Equal("x", server.Read(1));
    }

    private static string Listener(ProxyTarget target) =>
        $$"""{ address = "tcp://127.0.0.1:0", name = proxy, protocol = proxy, to = "{{target.Address}}" }""";
}
