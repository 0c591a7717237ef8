using System.Text;
using System.Text.Json;

namespace Anode.Experiments.Running;

/// <summary>An answer of a node, or the reason why there is none.</summary>
internal sealed record HttpAnswer(int Status, string Body, string Reason)
{
    /// <summary>By the clock of who answered, in whole seconds.</summary>
    public DateTimeOffset? Date { get; init; }

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Null if it is none.</summary>
    public JsonElement? Json
    {
        get
        {
            try
            {
                using var json = JsonDocument.Parse(Body);
                return json.RootElement.Clone();
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    public string Why => Reason.Length > 0 ? Reason : Json is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("error", out var error) ? error.ToString() : $"HTTP {Status}";
}

/// <summary>A node's HTTP API for threads that may wait: faults are begun by threads of their own, and observers have nothing else to do.</summary>
internal sealed class NodeHttp : IDisposable
{
    private readonly HttpClient _http;

    public NodeHttp(string address, TimeSpan? timeout = null) => _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        BaseAddress = new Uri(address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}"),
        Timeout = timeout ?? TimeSpan.FromSeconds(2),
    };

    public HttpAnswer Get(string path) => Send(HttpMethod.Get, path, null);

    public HttpAnswer Post(string path, string json) => Send(HttpMethod.Post, path, json);

    public HttpAnswer Delete(string path) => Send(HttpMethod.Delete, path, "{}");

    public void Dispose() => _http.Dispose();

    private HttpAnswer Send(HttpMethod method, string path, string? json)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Accept.ParseAdd("application/json");
            if (json is not null)
                request.Content = new StringContent(json, Encoding.UTF8, "application/json");
            using var response = _http.Send(request);
            using var reader = new StreamReader(response.Content.ReadAsStream());
            return new HttpAnswer((int)response.StatusCode, reader.ReadToEnd(), "") { Date = response.Headers.Date };
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            return new HttpAnswer(0, "", $"no answer from {_http.BaseAddress}: {(e.InnerException ?? e).Message}");
        }
    }
}
