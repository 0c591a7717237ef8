using System.Text.Json.Nodes;
using Anode.Tests.Protocols.Proxy;
using Xunit;

namespace Anode.Tests.Operations.Toxiproxy;

/// <summary>Toxiproxy's calls one by one: fields, status codes and errors as its own server has them.</summary>
public sealed class ToxiproxyApiTests
{
    [Fact]
    public async Task Version_and_an_empty_list()
    {
        await using var node = await ToxicNode.StartAsync();
        Assert.Equal((200, """{"version":"2.12.0"}"""), await node.AskAsync("GET", "/version"));
        Assert.Equal((200, "{}"), await node.AskAsync("GET", "/proxies"));
    }

    [Fact]
    public async Task Proxy_is_created_shown_listed_and_deleted_with_toxiproxys_fields()
    {
        await using var node = await ToxicNode.StartAsync();
        var listen = await node.CreateAsync();
        var json = $$"""{"name":"p","listen":"{{listen}}","upstream":"{{node.Upstream}}","enabled":true,"toxics":[]}""";
        Assert.Matches("^127.0.0.1:[1-9][0-9]*$", listen);
        Assert.Equal((200, json), await node.AskAsync("GET", "/proxies/p"));
        Assert.Equal((200, $$"""{"p":{{json}}}"""), await node.AskAsync("GET", "/proxies"));
        using (var client = ToxicNode.Dial(listen))
        using (var server = node.Target.Accept())
        {
            client.Write("ping");
            Assert.Equal("ping", server.Read(4));
        }

        var endpoint = (await node.Node.GetAsync("/api/endpoints/p")).Json;
        Assert.Equal(("proxy", "Bound", node.Target.Address), (endpoint.GetProperty("protocol").GetString(), endpoint.GetProperty("state").GetString(), endpoint.GetProperty("to").GetString()));
        Assert.Equal((204, ""), await node.AskAsync("DELETE", "/proxies/p"));
        Assert.Equal((404, """{"error":"proxy not found","status":404}"""), await node.AskAsync("GET", "/proxies/p"));
        ToxicNode.AssertRefused(listen);
        Assert.Equal(404, (await node.Node.GetAsync("/api/endpoints/p")).Status);
        await node.CreateAsync("p", listen); // name and address are free again at once
    }

    [Theory]
    [InlineData("POST", "/proxies", """{"listen": "127.0.0.1:0", "upstream": "h:1"}""", 400, "missing required field: name")]
    [InlineData("POST", "/proxies", """{"name": "q", "listen": "127.0.0.1:0"}""", 400, "missing required field: upstream")]
    [InlineData("POST", "/proxies", """{"name": 7}""", 400, "bad request body: name is the number 7, where a string is wanted")]
    [InlineData("POST", "/proxies", """{"name": "p", "listen": "127.0.0.1:0", "upstream": "h:1"}""", 409, "proxy already exists")]
    [InlineData("POST", "/proxies", """{"name": "tcp", "listen": "127.0.0.1:0", "upstream": "h:1"}""", 409, "proxy already exists")]
    [InlineData("POST", "/proxies", """{"name": "q", "listen": "127.0.0.1:0", "upstream": "nonsense"}""", 400, "bad request body: upstream 'nonsense' is not HOST:PORT")]
    [InlineData("POST", "/proxies", """{"name": "q", "listen": "nonsense", "upstream": "h:1"}""", 500, "listen tcp nonsense: not HOST:PORT")]
    [InlineData("POST", "/proxies", "{", 400, "bad request body: ")]
    [InlineData("POST", "/proxies", "", 400, "bad request body: EOF")]
    [InlineData("POST", "/proxies", "[]", 400, "bad request body: a JSON object is wanted, not an array")]
    [InlineData("GET", "/proxies/nobody", null, 404, "proxy not found")]
    [InlineData("POST", "/proxies/nobody", "{}", 404, "proxy not found")]
    [InlineData("PATCH", "/proxies/nobody", "{}", 404, "proxy not found")]
    [InlineData("DELETE", "/proxies/nobody", null, 404, "proxy not found")]
    [InlineData("POST", "/proxies/p", """{"enabled": "no"}""", 400, "bad request body: enabled is a string, where true or false is wanted")]
    [InlineData("GET", "/proxies/nobody/toxics", null, 404, "proxy not found")]
    [InlineData("POST", "/proxies/nobody/toxics", """{"type": "latency"}""", 404, "proxy not found")]
    [InlineData("POST", "/proxies/p/toxics", """{"type": "poison"}""", 400, "invalid toxic type")]
    [InlineData("POST", "/proxies/p/toxics", "{}", 400, "invalid toxic type")]
    [InlineData("POST", "/proxies/p/toxics", """{"type": "latency", "stream": "sideways"}""", 400, "stream was invalid, can be either upstream or downstream")]
    [InlineData("POST", "/proxies/p/toxics", """{"type": "latency", "name": "t"}""", 409, "toxic already exists")]
    [InlineData("POST", "/proxies/p/toxics", """{"type": "latency", "attributes": {"latency": "1"}}""", 400, "bad request body: latency is a string, where a whole number is wanted")]
    [InlineData("POST", "/proxies/p/toxics", """{"type": "latency", "attributes": {"latency": 1.5}}""", 400, "bad request body: latency is the number 1.5, where a whole number is wanted")]
    [InlineData("POST", "/proxies/p/toxics", """{"type": "latency", "attributes": 5}""", 400, "bad request body: attributes is the number 5, where an object is wanted")]
    [InlineData("POST", "/proxies/p/toxics", """{"type": "latency", "toxicity": "half"}""", 400, "bad request body: toxicity is a string, where a number is wanted")]
    [InlineData("GET", "/proxies/p/toxics/none", null, 404, "toxic not found")]
    [InlineData("POST", "/proxies/p/toxics/none", "{}", 404, "toxic not found")]
    [InlineData("PATCH", "/proxies/p/toxics/none", "{}", 404, "toxic not found")]
    [InlineData("DELETE", "/proxies/p/toxics/none", null, 404, "toxic not found")]
    [InlineData("DELETE", "/proxies/nobody/toxics/t", null, 404, "proxy not found")]
    [InlineData("GET", "/elsewhere", null, 404, "404 page not found")]
    [InlineData("DELETE", "/proxies", null, 405, "method not allowed")]
    public async Task What_cannot_be_done_is_said_in_toxiproxys_words_and_changes_nothing(string method, string path, string? body, int status, string error)
    {
        await using var node = await ToxicNode.StartAsync();
        await node.CreateAsync();
        await node.JsonAsync(200, "POST", "/proxies/p/toxics", """{"name": "t", "type": "latency", "attributes": {"latency": 1}}""");
        var before = await node.AskAsync("GET", "/proxies");
        var answer = await node.JsonAsync(status, method, path, body);
        Assert.Equal(status, (int)answer["status"]!);
        Assert.StartsWith(error, (string)answer["error"]!, StringComparison.Ordinal);
        Assert.Equal(before, await node.AskAsync("GET", "/proxies"));
    }

    [Theory]
    [InlineData("latency", """{"latency":0,"jitter":0}""")]
    [InlineData("bandwidth", """{"rate":0}""")]
    [InlineData("slow_close", """{"delay":0}""")]
    [InlineData("timeout", """{"timeout":0}""")]
    [InlineData("reset_peer", """{"timeout":0}""")]
    [InlineData("slicer", """{"average_size":0,"size_variation":0,"delay":0}""")]
    [InlineData("limit_data", """{"bytes":0}""")]
    [InlineData("noop", "{}")]
    public async Task Toxic_has_toxiproxys_defaults(string type, string attributes)
    {
        await using var node = await ToxicNode.StartAsync();
        await node.CreateAsync();
        var json = $$"""{"attributes":{{attributes}},"name":"{{type}}_downstream","type":"{{type}}","stream":"downstream","toxicity":1}""";
        Assert.Equal((200, json), await node.AskAsync("POST", "/proxies/p/toxics", $$"""{"type": "{{type}}"}"""));
        Assert.Equal((200, json), await node.AskAsync("GET", $"/proxies/p/toxics/{type}_downstream"));
        Assert.Equal((200, $"[{json}]"), await node.AskAsync("GET", "/proxies/p/toxics"));
        Assert.Equal(json, (await node.JsonAsync(200, "GET", "/proxies/p"))["toxics"]![0]!.ToJsonString());
        Assert.Equal((204, ""), await node.AskAsync("DELETE", $"/proxies/p/toxics/{type}_downstream"));
        Assert.Equal((200, "[]"), await node.AskAsync("GET", "/proxies/p/toxics"));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PATCH")]
    public async Task Update_of_a_toxic_changes_what_it_names(string method)
    {
        await using var node = await ToxicNode.StartAsync();
        await node.CreateAsync();
        await node.JsonAsync(200, "POST", "/proxies/p/toxics", """{"name": "l", "type": "latency", "stream": "upstream", "toxicity": 0.5, "attributes": {"latency": 7, "jitter": 3}}""");
        Assert.Equal(
            (200, """{"attributes":{"latency":9,"jitter":3},"name":"l","type":"latency","stream":"upstream","toxicity":0.5}"""),
            await node.AskAsync(method, "/proxies/p/toxics/l", """{"name": "other", "stream": "downstream", "attributes": {"latency": 9}}"""));
        Assert.Equal(0.25f, (float)(await node.JsonAsync(200, method, "/proxies/p/toxics/l", """{"toxicity": 0.25}"""))["toxicity"]!);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PATCH")]
    public async Task Update_of_a_proxy_keeps_what_it_does_not_name(string method)
    {
        await using var node = await ToxicNode.StartAsync();
        using var elsewhere = ProxyTarget.Up();
        var listen = await node.CreateAsync();
        Assert.False((bool)(await node.JsonAsync(200, method, "/proxies/p", """{"enabled": false}"""))["enabled"]!);
        ToxicNode.AssertRefused(listen);
        var moved = await node.JsonAsync(200, method, "/proxies/p", $$"""{"enabled": true, "upstream": "{{elsewhere.Address["tcp://".Length..]}}"}""");
        Assert.Equal((listen, true), ((string)moved["listen"]!, (bool)moved["enabled"]!));
        using (var client = ToxicNode.Dial(listen))
        using (var server = elsewhere.Accept())
        {
            server.Write("there");
            Assert.Equal("there", client.Read(5));
        }

        var other = (string)(await node.JsonAsync(200, method, "/proxies/p", """{"listen": "127.0.0.1:0"}"""))["listen"]!;
        Assert.NotEqual(listen, other);
        ToxicNode.AssertRefused(listen);
        ToxicNode.Dial(other).Dispose();
    }

    [Fact]
    public async Task Address_in_use_is_an_error_and_no_proxy()
    {
        await using var node = await ToxicNode.StartAsync();
        var taken = await node.CreateAsync();
        var answer = await node.JsonAsync(500, "POST", "/proxies", $$"""{"name": "q", "listen": "{{taken}}", "upstream": "h:1"}""");
        Assert.StartsWith($"listen tcp {taken}: address already in use", (string)answer["error"]!, StringComparison.Ordinal);
        Assert.Equal(404, (await node.AskAsync("GET", "/proxies/q")).Status);
        Assert.Equal(404, (await node.Node.GetAsync("/api/endpoints/q")).Status);
        Assert.Equal(201, (await node.AskAsync("POST", "/proxies", """{"name": "q", "listen": "localhost:0", "upstream": "h:1"}""")).Status);
    }

    [Fact]
    public async Task Populate_makes_what_is_missing_and_anew_what_differs()
    {
        await using var node = await ToxicNode.StartAsync();
        var (kept, changed) = (await node.CreateAsync("kept"), await node.CreateAsync("changed"));
        foreach (var name in (string[])["kept", "changed"])
            await node.JsonAsync(200, "POST", $"/proxies/{name}/toxics", """{"name": "t", "type": "noop"}""");
        var answer = await node.JsonAsync(201, "POST", "/populate", $$"""
            [{"name": "kept", "listen": "{{kept}}", "upstream": "{{node.Upstream}}"},
             {"name": "changed", "listen": "{{changed}}", "upstream": "127.0.0.1:9"},
             {"name": "new", "listen": "127.0.0.1:0", "upstream": "{{node.Upstream}}", "enabled": false}]
            """);
        Assert.Equal(["kept 1 True", "changed 0 True", "new 0 False"], answer["proxies"]!.AsArray().Select(proxy => $"{proxy!["name"]} {proxy["toxics"]!.AsArray().Count} {(bool)proxy["enabled"]!}"));
        Assert.Null(answer["error"]);
    }

    [Theory]
    [InlineData("""[{"name": "a", "upstream": "h:1"}, {"upstream": "h:1"}]""", 400, "missing required field: name at proxy 2", 0)]
    [InlineData("""[{"name": "a"}]""", 400, "missing required field: upstream at proxy 1", 0)]
    [InlineData("""{}""", 400, "bad request body: ", 0)]
    [InlineData("""[{"name": "a", "listen": "127.0.0.1:0", "upstream": "h:1"}, {"name": "tcp", "listen": "127.0.0.1:0", "upstream": "h:1"}]""", 409, "proxy already exists", 1)]
    public async Task Populate_says_what_was_done_before_it_failed(string body, int status, string error, int done)
    {
        await using var node = await ToxicNode.StartAsync();
        var answer = await node.JsonAsync(status, "POST", "/populate", body);
        Assert.StartsWith(error, (string)answer["error"]!, StringComparison.Ordinal);
        Assert.Equal((status, done), ((int)answer["status"]!, answer["proxies"]!.AsArray().Count));
        Assert.Equal(done, ((JsonObject)await node.JsonAsync(200, "GET", "/proxies")).Count);
    }

    [Fact]
    public async Task Reset_enables_all_and_takes_every_toxic_away()
    {
        await using var node = await ToxicNode.StartAsync();
        var listen = await node.CreateAsync();
        await node.JsonAsync(200, "POST", "/proxies/p/toxics", """{"type": "latency", "attributes": {"latency": 60000}}""");
        await node.JsonAsync(200, "POST", "/proxies/p", """{"enabled": false}""");
        Assert.Equal((204, ""), await node.AskAsync("POST", "/reset"));
        Assert.Equal("""{"enabled":true,"toxics":[]}""", Only(await node.JsonAsync(200, "GET", "/proxies/p"), "enabled", "toxics"));
        using var client = ToxicNode.Dial(listen);
        using var server = node.Target.Accept();
        server.Write("free");
        Assert.Equal("free", client.Read(4));
        Assert.Empty(await node.FaultsAsync());
    }

    [Fact]
    public async Task Metrics_count_both_ways_and_over_a_restart_of_the_proxy()
    {
        await using var node = await ToxicNode.StartAsync();
        var listen = await node.CreateAsync();
        for (var i = 1; i <= 2; i++)
        {
            using (var client = ToxicNode.Dial(listen))
            using (var server = node.Target.Accept())
            {
                client.Write("abc");
                Assert.Equal("abc", server.Read(3));
                server.Write("defgh");
                Assert.Equal("defgh", client.Read(5));
            }

            await node.JsonAsync(200, "POST", "/proxies/p", """{"enabled": false}""");
            await node.JsonAsync(200, "POST", "/proxies/p", """{"enabled": true}""");
        }

        var labels = $"listener=\"{listen}\",proxy=\"p\",upstream=\"{node.Upstream}\"";
        Assert.Equal(
            [
                $"toxiproxy_proxy_received_bytes_total{{direction=\"downstream\",{labels}}} 10",
                $"toxiproxy_proxy_received_bytes_total{{direction=\"upstream\",{labels}}} 6",
                $"toxiproxy_proxy_sent_bytes_total{{direction=\"downstream\",{labels}}} 10",
                $"toxiproxy_proxy_sent_bytes_total{{direction=\"upstream\",{labels}}} 6",
            ],
            (await node.AskAsync("GET", "/metrics")).Text.Split('\n').Where(line => !line.StartsWith('#')));
    }

    [Theory]
    [InlineData("User-Agent", "Mozilla/5.0", "User agent not allowed")]
    [InlineData("Host", "evil.example", "this API is for this machine: 'evil.example' is not a name of it")]
    public async Task Pages_in_a_browser_have_no_way_in(string header, string value, string error)
    {
        await using var node = await ToxicNode.StartAsync();
        Assert.Equal((403, $$"""{"error":"{{error}}","status":403}""".Replace("'", "\\u0027", StringComparison.Ordinal)), await node.AskAsync("GET", "/proxies", null, (header, value)));
    }

    private static string Only(JsonNode json, params string[] fields) =>
        new JsonObject(fields.Select(field => KeyValuePair.Create(field, json[field]?.DeepClone()))).ToJsonString();
}
