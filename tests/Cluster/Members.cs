using System.Net.Http.Json;
using System.Text.Json;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Cluster;

/// <summary>Processes that are one cluster, named a, b, c … in the order of joining. Gone when disposed.</summary>
internal sealed class Members : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
    private readonly Dictionary<string, NodeProcess> _nodes = [];
    private string[] _common = [];

    public NodeProcess this[string name] => _nodes[name];

    /// <summary>So many members, all Up, all with these arguments.</summary>
    public static async Task<Members> StartAsync(int count, params string[] common)
    {
        var members = new Members { _common = common };
        try
        {
            await members.StartAsync("a");
            await Task.WhenAll(Enumerable.Range(1, count - 1).Select(i => members.StartAsync(((char)('a' + i)).ToString())));
            return members;
        }
        catch
        {
            await members.DisposeAsync();
            throw;
        }
    }

    /// <summary>A new member; or one of that name again, at its former address.</summary>
    public async Task<NodeProcess> StartAsync(string name, params string[] args)
    {
        var before = _nodes.GetValueOrDefault(name);
        string[] seeds = [.. _nodes.Values.Where(node => node != before).SelectMany(node => new[] { "--seed", node.Cluster! })];
        var node = await NodeProcess.StartAsync(
            ["--name", name, "--http", "127.0.0.1:0", "--cluster", before?.Cluster ?? "127.0.0.1:0", .. seeds, .. _common, .. args]);
        lock (_nodes)
            _nodes[name] = node;
        if (before is not null)
            await before.DisposeAsync();
        return node;
    }

    public async Task<JsonElement> JsonAsync(string node, string path) => await _http.GetFromJsonAsync<JsonElement>($"http://{_nodes[node].Http}{path}");

    public async Task<HttpResponseMessage> PostAsync(string node, string path, object body) => await _http.PostAsJsonAsync($"http://{_nodes[node].Http}{path}", body);

    public async Task DeleteAsync(string node, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"http://{_nodes[node].Http}{path}") { Content = JsonContent.Create(new { }) };
        using var answer = await _http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>What a node says of a member; null: it knows no such one.</summary>
    public async Task<JsonElement?> MemberAsync(string node, string name) => (await JsonAsync(node, "/api/cluster")).GetProperty("members").EnumerateArray()
        .Where(member => member.GetProperty("name").GetString() == name).Select(member => (JsonElement?)member).FirstOrDefault();

    /// <summary>Asks again until it is so; each question is a trip to a node, so it does not spin.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string otherwise)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10)); // asked without a pause they would have no time for anything else
        while (!await condition())
        {
            if (patience.IsCancellationRequested)
                Assert.Fail($"{otherwise}\n{string.Join('\n', _nodes.Select(node => $"{node.Key}:\n{node.Value.Process.Error.Text}"))}");
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Values)
            await node.DisposeAsync();
        _http.Dispose();
    }
}
