using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Anode.Tests.Cli;

/// <summary>Operator commands against an API that says what the test wants.</summary>
public sealed class OperatorTests : IAsyncLifetime
{
    private readonly WebApplication _api;
    private readonly List<string> _requests = [];
    private string _answer = "{}";
    private int _status = 200;

    public OperatorTests()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions());
        _api = builder.Build();
        _api.Urls.Add("http://127.0.0.1:0");
        _api.Run(AnswerAsync);
    }

    public Task InitializeAsync() => _api.StartAsync();

    public async Task DisposeAsync() => await _api.DisposeAsync();

    private string Url => _api.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    [Fact]
    public async Task Endpoints_are_a_table_with_a_row_each()
    {
        _answer = """
            [{"name":"tcp-7400","kind":"listener","protocol":"native","local":"tcp://127.0.0.1:7400","state":"Bound","restarts":0,"connections":3,
              "bytesIn":1023,"bytesOut":1572864,"lastFailure":null,"nextAttemptAt":null,"later":{"a":1}},
             {"name":"udp-7400","state":"Backoff","restarts":4,"lastFailure":{"errno":98,"name":"EADDRINUSE","message":"address already in use"}},
             {}]
            """;

        var table = await RunAsync("endpoints");

        Assert.Equal(
            [
                "NAME KIND PROTOCOL LOCAL STATE CONNECTIONS RESTARTS IN OUT NEXT ATTEMPT FAILURE",
                "tcp-7400 listener native tcp://127.0.0.1:7400 Bound 3 0 1023 B 1.5 MiB",
                "udp-7400 Backoff 4 EADDRINUSE address already in use",
            ],
            Rows(table));
        Assert.Equal(["GET /api/endpoints  "], _requests);
    }

    [Fact]
    public async Task Connections_are_a_table_and_strangers_text_is_harmless()
    {
        _answer = """[{"id":17,"endpoint":"tcp-7400","remote":"tcp://10.0.0.1:5\u001b[31m","state":"Closed","closeReason":"slow-consumer","messagesIn":5}]""";

        var rows = Rows(await RunAsync("connections"));

        Assert.Equal("17 tcp-7400 tcp://10.0.0.1:5\\u001b[31m Closed 5 slow-consumer", rows[1]);
    }

    [Fact]
    public async Task Status_shows_whatever_there_is()
    {
        _answer = """{"name":"box","uptimeSeconds":12.5,"memory":{"heap":1},"new":[1,2],"none":null}""";

        Assert.Equal(["FIELD VALUE", "name box", "uptimeSeconds 12.5", "memory.heap 1", "new [1,2]", "none"], Rows(await RunAsync("status")));
        Assert.Equal(["GET /api/node  "], _requests);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("endpoints")]
    [InlineData("connections")]
    public async Task Json_is_passed_on_as_it_is(string command)
    {
        _answer = "{ \"odd\" :  [ 1,2 ] }\n";

        Assert.Equal(_answer, await RunAsync(command, "--json"));
    }

    [Theory]
    [InlineData("suspend")]
    [InlineData("resume")]
    [InlineData("restart")]
    [InlineData("stop")]
    public async Task Endpoint_verb_is_posted_as_json_with_the_token(string verb)
    {
        Assert.Equal($"ep a: {verb} done\n", await RunAsync("endpoint", verb, "ep a", "--token", "s3cret"));

        Assert.Equal([$"POST /api/endpoints/ep%20a/{verb} application/json; charset=utf-8 Bearer s3cret"], _requests);
    }

    [Fact]
    public async Task Errors_of_the_api_are_sentences()
    {
        (_status, _answer) = (404, """{"error":"no endpoint is called 'x'"}""");
        Assert.Equal("anode: no endpoint is called 'x'\n", (await InProcess.RunAsync("endpoint", "stop", "x", "--http", Url)).Exits(1).Error);

        (_status, _answer) = (401, """{"error":"a token is needed"}""");
        Assert.Equal("anode: a token is needed (see --token)\n", (await InProcess.RunAsync("endpoint", "stop", "x", "--http", Url)).Exits(1).Error);

        (_status, _answer) = (500, "<html>");
        Assert.Equal("anode: HTTP 500 Internal Server Error\n", (await InProcess.RunAsync("status", "--http", Url)).Exits(1).Error);

        (_status, _answer) = (200, "<html>");
        Assert.Equal("anode: what answers there is not a node: its answer is not JSON\n", (await InProcess.RunAsync("status", "--http", Url)).Exits(1).Error);
    }

    [Fact]
    public async Task Api_that_is_not_there_exits_1()
    {
        var url = Url;
        await _api.StopAsync();

        Assert.Equal($"anode: cannot reach the HTTP API at {url}/: Connection refused\n", (await InProcess.RunAsync("status", "--http", url)).Exits(1).Error);
    }

    private async Task<string> RunAsync(params string[] args) => (await InProcess.RunAsync([.. args, "--http", Url])).Exits(0).Out;

    /// <summary>Cells with one space between, for the widths are the table's business.</summary>
    private static string[] Rows(string table)
    {
        Assert.DoesNotContain('\u001b', table);
        return [.. table.Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Where(line => line.Length > 0)];
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        _requests.Add($"{request.Method} {request.Path.ToUriComponent()} {request.ContentType} {request.Headers.Authorization}");
        context.Response.StatusCode = _status;
        await context.Response.WriteAsync(_answer);
    }
}
