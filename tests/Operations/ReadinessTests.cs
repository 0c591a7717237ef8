using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Anode.Tests.Operations;

public sealed class ReadinessTests
{
    [Fact]
    public async Task Occupied_port_makes_the_node_unready_until_it_is_free()
    {
        using var occupant = new TcpListener(IPAddress.Loopback, 0);
        occupant.Start();
        var port = ((IPEndPoint)occupant.LocalEndpoint).Port;
        await using var node = await HttpNode.StartUnreadyAsync(
            "", $$"""{ address = "tcp://127.0.0.1:{{port}}", name = taken }""", Support.TestNode.Tcp);

        var answer = await node.UntilAsync("/readyz", answer => answer.Text.Contains("taken is Backoff: EADDRINUSE", StringComparison.Ordinal));
        Assert.Equal(503, answer.Status);
        var reason = answer.Json.GetProperty("reasons").EnumerateArray().Select(text => text.GetString()!).Single(text => text.Contains("taken", StringComparison.Ordinal));
        Assert.StartsWith($"endpoint taken is Backoff: EADDRINUSE (98), address already in use: tcp://127.0.0.1:{port}; attempt ", reason);
        Assert.Equal("ok\n", (await node.GetAsync("/healthz")).Text);
        Assert.False((await node.JsonAsync("/api/node")).GetProperty("ready").GetBoolean());

        occupant.Stop();
        Assert.Equal("ready\n", (await node.UntilAsync("/readyz", answer => answer.Status == 200)).Text);
    }

    [Fact]
    public async Task Optional_endpoint_does_not_count()
    {
        using var occupant = new TcpListener(IPAddress.Loopback, 0);
        occupant.Start();
        await using var node = await HttpNode.StartAsync(
            "", $$"""{ address = "tcp://{{occupant.LocalEndpoint}}", name = taken, required = false }""", Support.TestNode.Tcp);
        Assert.Equal(200, (await node.GetAsync("/readyz")).Status);
    }

    [Fact]
    public async Task Suspended_endpoint_and_draining_are_reasons()
    {
        await using var node = await HttpNode.StartAsync();
        await node.PostAsync("/api/endpoints/tcp/suspend");
        node.View.Draining = true;
        var answer = await node.UntilAsync("/readyz", answer => answer.Text.Contains("Suspended", StringComparison.Ordinal));
        Assert.Equal(503, answer.Status);
        Assert.Equal(["the node is draining", "endpoint tcp is Suspended"], answer.Json.GetProperty("reasons").EnumerateArray().Select(text => text.GetString()));
    }
}
