using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Anode.Tests.Protocols.Proxy;
using Xunit;

namespace Anode.Tests.Operations.Toxiproxy;

/// <summary>A node with toxiproxy's API, a server behind it, and a client that is nobody's library.</summary>
internal sealed class ToxicNode : IAsyncDisposable
{
    public const string Config = "faults { enabled = on, toxiproxy { enabled = on, address = \"127.0.0.1:0\" } }";

    private readonly HttpClient _http;

    private ToxicNode(HttpNode node)
    {
        Node = node;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://{node.Toxiproxy}"), Timeout = HttpNode.Patience };
    }

    public HttpNode Node { get; }

    public ProxyTarget Target { get; } = ProxyTarget.Up();

    public string Upstream => Target.Address["tcp://".Length..];

    public static async Task<ToxicNode> StartAsync() => new(await HttpNode.StartAsync(Config));

    /// <summary>Status and body.</summary>
    public async Task<(int Status, string Text)> AskAsync(string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)); // without a content type: not every client sends one
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, (await response.Content.ReadAsStringAsync()).TrimEnd('\n'));
    }

    /// <summary>The JSON of an answer that must have this status.</summary>
    public async Task<JsonNode> JsonAsync(int status, string method, string path, string? body = null)
    {
        var (got, text) = await AskAsync(method, path, body);
        Assert.True(got == status, $"{method} {path}: {got} {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>A proxy to <see cref="Target"/>; its listen address.</summary>
    public async Task<string> CreateAsync(string name = "p", string listen = "127.0.0.1:0") =>
        (string)(await JsonAsync(201, "POST", "/proxies", $$"""{"name": "{{name}}", "listen": "{{listen}}", "upstream": "{{Upstream}}"}"""))["listen"]!;

    /// <summary>Connected to a proxy at this address.</summary>
    public static Socket Dial(string listen)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Connect(System.Net.IPEndPoint.Parse(listen));
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return ProxyTarget.Patient(socket);
    }

    public static void AssertRefused(string listen)
    {
        var refused = Assert.Throws<SocketException>(() => Dial(listen));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    /// <summary>The node's own list of faults that go on.</summary>
    public async Task<List<JsonElement>> FaultsAsync() =>
        [.. (await Node.JsonAsync("/api/faults")).EnumerateArray().Where(fault => fault.GetProperty("ended").ValueKind == JsonValueKind.Null)];

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        Target.Dispose();
        await Node.DisposeAsync();
    }
}
