using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Akka.Actor;
using Anode.Hosting;
using Anode.Hosting.Configuration;
using Anode.Messages;
using Anode.Operations;
using Anode.Sockets;
using Anode.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace Anode.Tests.Operations;

/// <summary>A whole node with its HTTP API inside the test's process, on ports of the kernel's choice.</summary>
internal sealed class HttpNode : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static int _count;

    private readonly WebApplication _app;
    private readonly NodeRuntime _runtime;
    private Task? _stopped;

    private HttpNode(WebApplication app, NodeRuntime runtime)
    {
        (_app, _runtime) = (app, runtime);
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(app.Urls.First()), Timeout = Patience };
    }

    public HttpClient Http { get; }

    public NodeView View => _runtime.View;

    /// <summary>Where toxiproxy's API is served; null where it is not.</summary>
    public string? Toxiproxy => _runtime.Toxiproxy?.Address;

    /// <param name="node">Keys of <c>node { … }</c> beyond name, HTTP and listeners.</param>
    /// <param name="listeners">Each in braces; one for TCP if none is given.</param>
    public static async Task<HttpNode> StartAsync(string node = "", params string[] listeners)
    {
        var started = await StartUnreadyAsync(node, listeners);
        await started._runtime.Ready.Ready.WaitAsync(Patience);
        await started.UntilAsync("/readyz", answer => answer.Status == 200);
        // What is listed already may not have been told yet: who hears of events from here on hears of nothing that was before.
        var bound = (await started.JsonAsync("/api/endpoints")).EnumerateArray().Where(endpoint => endpoint.GetProperty("state").GetString() == "Bound").Select(endpoint => endpoint.GetProperty("name").GetString());
        await started.UntilAsync("/api/events?after=0", answer => bound.All(name => answer.Json.EnumerateArray().Any(told => IsBound(told, name))));
        return started;

        static bool IsBound(JsonElement told, string? name) =>
            told.GetProperty("kind").GetString() == "endpoint-changed" && told.GetProperty("endpoint").GetString() == name && told.GetProperty("state").GetString() == "Bound";
    }

    /// <summary>Started, and perhaps never ready.</summary>
    public static async Task<HttpNode> StartUnreadyAsync(string node = "", params string[] listeners)
    {
        var text = $$"""
            node {
              name = "h{{Interlocked.Increment(ref _count)}}"
              http.address = "127.0.0.1:0"
              log.level = error
              listeners = [ {{string.Join('\n', listeners.DefaultIfEmpty(TestNode.Tcp))}} ]
              {{node}}
            }
            """;
        var loaded = ConfigLoader.LoadText(text, "test", new Dictionary<string, string>(), Overrides.None);
        Assert.True(loaded.IsValid, string.Join('\n', loaded.Errors));
        var runtime = new NodeRuntime(loaded.Config.Options);
        var app = NodeHost.Build(loaded.Config, runtime);
        await app.StartAsync();
        return new HttpNode(app, runtime);
    }

    public NetAddress Address(string endpoint = "tcp") => View.Endpoints.Find(endpoint)!.Status!.Local!;

    public NativeTestClient Connect(string endpoint = "tcp") => NativeTestClient.Connect(Address(endpoint));

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> PostAsync(string path, string? contentType = "application/json", params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, contentType, headers);

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? contentType, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (contentType is not null)
            request.Content = new StringContent("{}", Encoding.UTF8, contentType);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    public async Task<JsonElement> JsonAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(path);

    /// <summary>Asks again until the answer is the one; each question is a trip to the node, so it does not spin.</summary>
    public async Task<Answer> UntilAsync(string path, Func<Answer, bool> expected)
    {
        using var patience = new CancellationTokenSource(Patience);
        var answer = await GetAsync(path, ("Accept", "application/json"));
        while (!expected(answer))
        {
            Assert.False(patience.IsCancellationRequested, $"{path} still says {answer.Status} {answer.Text}");
            answer = await GetAsync(path, ("Accept", "application/json"));
        }

        return answer;
    }

    public Task<EventReader> EventsAsync(string query = "", long? lastId = null) => EventReader.OpenAsync(Http, query, lastId);

    /// <summary>Crashes an actor below <c>/user/node/endpoints</c>.</summary>
    public void Kill(string path) => View.System!.ActorSelection($"/user/node/endpoints/{path}").Tell(Akka.Actor.Kill.Instance);

    /// <summary>Drains and stops, as a signal would make it; once.</summary>
    public Task StopAsync() => _stopped ??= DrainAndStopAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Http.Dispose();
        await _app.DisposeAsync();
    }

    private async Task DrainAndStopAsync()
    {
        await _runtime.Endpoints!.Ask<EndpointsActor.Drained>(new EndpointsActor.DrainAll(), Patience);
        await _app.StopAsync();
    }
}

/// <summary>What came back.</summary>
internal sealed record Answer(int Status, string Text, HttpResponseMessage Response)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    public string Error => Json.GetProperty("error").GetString()!;
}
