using System.Text.Json;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Operations;

public sealed class ReadTests
{
    [Fact]
    public async Task Every_page_answers_get_and_head()
    {
        await using var node = await HttpNode.StartAsync();
        foreach (var path in new[] { "/", "/healthz", "/readyz", "/metrics", "/api/node", "/api/endpoints", "/api/endpoints/tcp", "/api/connections", "/api/supervision", "/api/subscriptions" })
        {
            var answer = await node.GetAsync(path);
            Assert.True(answer.Status == 200 && answer.Text.Length > 0, path);
            var head = await node.SendAsync(HttpMethod.Head, path, null);
            Assert.True(head.Status == 200 && head.Text.Length == 0, path);
        }
    }

    [Fact]
    public async Task Dashboard_loads_nothing_from_elsewhere()
    {
        await using var node = await HttpNode.StartAsync();
        var page = await node.GetAsync("/");
        Assert.Equal("text/html", page.Response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("default-src 'none'", page.Response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Foreign_host_name_is_refused()
    {
        await using var node = await HttpNode.StartAsync();
        Assert.Equal(403, (await node.GetAsync("/api/node", ("Host", "evil.example"))).Status);
        Assert.Equal(200, (await node.GetAsync("/api/node", ("Host", $"localhost:{node.Http.BaseAddress!.Port}"))).Status);
    }

    [Fact]
    public async Task Connections_are_filtered_newest_first_and_limited()
    {
        await using var node = await HttpNode.StartAsync("", TestNode.Tcp, """{ address = "tcp://127.0.0.1:0", name = other }""");
        var clients = Enumerable.Range(0, 4).Select(_ => node.Connect()).ToList();
        using var other = node.Connect("other");
        var ids = clients.Select(client => client.Connection).ToList();
        clients[1].Abort();
        await node.UntilAsync("/api/connections?state=closed", answer => answer.Json.GetArrayLength() == 1);

        Assert.Equal([other.Connection, ids[3], ids[2], ids[1], ids[0]], await IdsAsync(node, ""));
        Assert.Equal([ids[3], ids[2], ids[0]], await IdsAsync(node, "?endpoint=tcp&state=open"));
        Assert.Equal([ids[1]], await IdsAsync(node, "?state=Closed"));
        Assert.Equal([other.Connection, ids[3]], await IdsAsync(node, "?limit=2"));
        Assert.Equal([], await IdsAsync(node, "?endpoint=nope"));
        Assert.Equal(400, (await node.GetAsync("/api/connections?state=gone")).Status);
        Assert.Equal(400, (await node.GetAsync("/api/connections?limit=many")).Status);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Numbers_are_those_of_the_connection()
    {
        await using var node = await HttpNode.StartAsync();
        using var client = node.Connect();
        client.Send(4, 1, "lab.*");
        client.Send(4, 2, "lab.temp");
        client.Sync();

        var connection = Assert.Single((await node.JsonAsync("/api/connections")).EnumerateArray());
        Assert.Equal($"tcp://{client.Socket.LocalEndPoint}", connection.GetProperty("remote").GetString());
        Assert.Equal(2, connection.GetProperty("subscriptions").GetInt32());
        Assert.True(connection.GetProperty("bytesIn").GetInt64() > 0);
        var subscriptions = await node.JsonAsync("/api/subscriptions");
        Assert.Equal(2, subscriptions.GetProperty("total").GetInt64());
        Assert.Equal(2, subscriptions.GetProperty("byConnection").GetProperty($"{client.Connection}").GetInt32());
        Assert.Equal(1, (await node.JsonAsync("/api/node")).GetProperty("connections").GetInt32());
        Assert.Equal(JsonValueKind.Null, connection.GetProperty("closeReason").ValueKind);
    }

    private static async Task<IEnumerable<long>> IdsAsync(HttpNode node, string query) =>
        (await node.JsonAsync("/api/connections" + query)).EnumerateArray().Select(connection => connection.GetProperty("id").GetInt64());
}
