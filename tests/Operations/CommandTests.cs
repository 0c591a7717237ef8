using Akka.Actor;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Operations;

public sealed class CommandTests
{
    [Fact]
    public async Task Suspend_and_resume_answer_with_the_endpoint_and_keep_its_connections()
    {
        await using var node = await HttpNode.StartAsync();
        using var client = node.Connect();

        var suspended = await node.PostAsync("/api/endpoints/tcp/suspend");
        Assert.Equal((200, "Suspended"), (suspended.Status, suspended.Json.GetProperty("state").GetString()));
        Assert.Equal(1, suspended.Json.GetProperty("connections").GetInt32());
        Assert.Equal(200, (await node.PostAsync("/api/endpoints/tcp/resume")).Status);
        client.Sync();
        await node.UntilAsync("/api/endpoints/tcp", answer => (answer.Json.GetProperty("state").GetString(), answer.Json.GetProperty("incarnation").GetInt32()) == ("Bound", 2));
        using var another = node.Connect();
    }

    [Fact]
    public async Task Restart_is_counted_and_the_endpoint_is_listed_as_bound_again()
    {
        await using var node = await HttpNode.StartAsync();
        for (var restarts = 1; restarts <= 20; restarts++)
        {
            Assert.Equal(restarts, (await node.PostAsync("/api/endpoints/tcp/restart")).Json.GetProperty("restarts").GetInt32());
            await node.UntilAsync("/api/endpoints/tcp", answer => (answer.Json.GetProperty("state").GetString(), answer.Json.GetProperty("restarts").GetInt32()) == ("Bound", restarts));
        }
    }

    [Fact]
    public async Task Command_that_does_not_fit_the_state_is_a_conflict()
    {
        await using var node = await HttpNode.StartAsync();
        var stopped = await node.PostAsync("/api/endpoints/tcp/stop");
        Assert.Equal((200, "Closed"), (stopped.Status, stopped.Json.GetProperty("state").GetString()));
        var resumed = await node.PostAsync("/api/endpoints/tcp/resume");
        Assert.Equal((409, "endpoint tcp is Closed and cannot be resumed"), (resumed.Status, resumed.Error));
    }

    [Fact]
    public async Task Unknown_endpoint_is_answered_with_those_there_are()
    {
        await using var node = await HttpNode.StartAsync("", TestNode.Tcp, TestNode.Udp);
        foreach (var answer in new[] { await node.PostAsync("/api/endpoints/nope/restart"), await node.GetAsync("/api/endpoints/nope") })
            Assert.Equal((404, "there is no endpoint 'nope'; there are: tcp, udp"), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task Endpoint_that_does_not_answer_is_a_gateway_timeout()
    {
        await using var node = await HttpNode.StartAsync();
        node.View.Endpoints.Find("tcp")!.Guard = node.View.System!.ActorOf(Props.Create(() => new Deaf()));
        var answer = await node.PostAsync("/api/endpoints/tcp/restart");
        Assert.Equal((504, "endpoint tcp did not answer within 2 s"), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task Drain_is_accepted_and_begins()
    {
        await using var node = await HttpNode.StartAsync();
        var drains = 0;
        node.View.Drain = () => drains++;
        var answer = await node.PostAsync("/api/drain");
        Assert.Equal((202, true, 1), (answer.Status, answer.Json.GetProperty("draining").GetBoolean(), drains));
    }

    [Fact]
    public async Task Refused_change_changes_nothing()
    {
        await using var node = await HttpNode.StartAsync("http.token = s3cret");
        const string Path = "/api/endpoints/tcp/stop";

        var unauthorized = await node.PostAsync(Path);
        Assert.Equal((401, "Bearer"), (unauthorized.Status, unauthorized.Response.Headers.WwwAuthenticate.ToString()));
        Assert.Equal(401, (await node.PostAsync(Path, "application/json", ("Authorization", "Bearer s3cre"))).Status);
        Assert.Equal(415, (await node.PostAsync(Path, "text/plain", ("Authorization", "Bearer s3cret"))).Status);
        Assert.Equal(415, (await node.PostAsync(Path, null, ("Authorization", "Bearer s3cret"))).Status);
        Assert.Equal(403, (await node.PostAsync(Path, "application/json", ("Authorization", "Bearer s3cret"), ("Host", "evil.example"))).Status);
        Assert.Equal("Bound", (await node.JsonAsync("/api/endpoints/tcp")).GetProperty("state").GetString());

        Assert.Equal(200, (await node.PostAsync(Path, "application/json", ("Authorization", "Bearer s3cret"))).Status);
    }

    [Fact]
    public async Task Wrong_method_and_unknown_path_say_so_as_json()
    {
        (string Method, string Path, int Status, string Error)[] cases =
        [
            ("POST", "/api/node", 405, "/api/node takes GET, HEAD, not POST"),
            ("DELETE", "/api/endpoints/tcp", 405, "/api/endpoints/tcp takes GET, HEAD, not DELETE"),
            ("GET", "/api/drain", 405, "/api/drain takes POST, not GET"),
            ("PUT", "/api/endpoints/tcp/stop", 405, "/api/endpoints/tcp/stop takes POST, not PUT"),
            ("GET", "/api/nope", 404, "there is no /api/nope"),
            ("GET", "/favicon.ico", 404, "there is no /favicon.ico"),
            ("POST", "/api/endpoints/tcp/explode", 404, "there is no /api/endpoints/tcp/explode"),
        ];
        await using var node = await HttpNode.StartAsync();
        foreach (var (method, path, status, error) in cases)
        {
            var answer = await node.SendAsync(new HttpMethod(method), path, null);
            Assert.Equal((status, error), (answer.Status, answer.Error));
            Assert.Equal("application/json", answer.Response.Content.Headers.ContentType!.MediaType);
        }
    }

    private sealed class Deaf : ReceiveActor
    {
        public Deaf() => ReceiveAny(_ => { });
    }
}
