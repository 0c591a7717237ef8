using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Anode.Cli.Operator;

/// <summary>A node's HTTP API, as the operator commands need it: JSON in, or a sentence why not.</summary>
internal sealed class NodeApi : IDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;

    public NodeApi(Uri server, string? token)
    {
        // Operators speak to a node of theirs, mostly on this machine; a proxy for the web is never the way there.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = server,
            Timeout = AnswerTimeout,
        };
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public Task<string> GetAsync(string path, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellation);

    public Task<string> PostAsync(string path, CancellationToken cancellation, string json = "{}") =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") }, cancellation);

    public Task<string> DeleteAsync(string path, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Delete, path) { Content = new StringContent("", Encoding.UTF8, "application/json") }, cancellation);

    public void Dispose() => _http.Dispose();

    private async Task<string> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            using (request)
            {
                using var response = await _http.SendAsync(request, cancellation);
                var body = await response.Content.ReadAsStringAsync(cancellation);
                return response.IsSuccessStatusCode ? body : throw CommandFailure.Failed(Sentence(response, body));
            }
        }
        catch (HttpRequestException e)
        {
            throw CommandFailure.Failed($"cannot reach the HTTP API at {_http.BaseAddress}: {e.InnerException?.Message ?? e.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw CommandFailure.TimedOut($"the HTTP API at {_http.BaseAddress} has not answered for {AnswerTimeout.TotalSeconds} s");
        }
    }

    private static string Sentence(HttpResponseMessage response, string body)
    {
        var reason = ErrorOf(body) ?? $"HTTP {(int)response.StatusCode} {response.ReasonPhrase}";
        return (int)response.StatusCode is 401 or 403 ? $"{reason} (see --token)" : reason;
    }

    private static string? ErrorOf(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.Text("error") is { Length: > 0 } error ? Rendering.Visible.Of(error) : null;
        }
        catch (JsonException)
        {
            return null; // what answers there is some other program; the status has to do
        }
    }
}
