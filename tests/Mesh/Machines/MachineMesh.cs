using System.Net.Http.Json;
using System.Text.Json;
using Anode.Tests.Support;
using Anode.Tests.Support.Machines;
using Xunit;

namespace Anode.Tests.Mesh.Machines;

/// <summary>Nodes a, b and c, on a machine each, each linked to both others, and in no cluster.</summary>
internal sealed class MachineMesh : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), Pace = TimeSpan.FromMilliseconds(20);

    private readonly Dictionary<string, HttpClient> _http = [];

    private MachineMesh(Network network) => Network = network;

    public Network Network { get; }

    public IReadOnlyList<string> Names { get; } = ["a", "b", "c"];

    public Dictionary<string, NodeProcess> Nodes { get; } = [];

    /// <param name="common">Arguments of every node.</param>
    public static async Task<MachineMesh> StartAsync(params string[] common)
    {
        var mesh = new MachineMesh(await Network.OfAsync("a", "b", "c"));
        try
        {
            foreach (var name in mesh.Names)
            {
                mesh._http[name] = mesh.Network.HttpOn(name);
                mesh.Nodes[name] = await mesh.Network.StartAsync(name,
                [
                    "--name", name, "--http", "127.0.0.1:7480", "--listen", $"tcp://{mesh.Network.AddressOf(name)}:7401?name=link&protocol=link",
                    .. mesh.Nodes.Keys.SelectMany(peer => new[] { "--peer", $"tcp://{mesh.Network.AddressOf(peer)}:7401?name=to-{peer}" }),
                    .. LocalTraffic.Listeners, .. common,
                ]);
            }

            await mesh.UntilWholeAsync();
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    public async Task<JsonElement> JsonAsync(string node, string path) => await _http[node].GetFromJsonAsync<JsonElement>($"http://127.0.0.1:7480{path}");

    /// <summary>Everybody's links, as they say themselves.</summary>
    public async Task<IReadOnlyList<string>> LinksAsync()
    {
        var all = await Task.WhenAll(Names.Select(async name => (await JsonAsync(name, "/api/links")).GetProperty("links").EnumerateArray()
            .Select(link => $"{name}-{link.GetProperty("peer").GetString()}")));
        return [.. all.SelectMany(links => links).Order(StringComparer.Ordinal)];
    }

    public Task UntilWholeAsync() => UntilAsync(
        async () => (await LinksAsync()).SequenceEqual(["a-b", "a-c", "b-a", "b-c", "c-a", "c-b"]), "not all are linked");

    /// <summary>That node would send a message there.</summary>
    public Task UntilKnownAsync(string node, string subject) => UntilAsync(
        async () => (await JsonAsync(node, $"/api/trace?subject={subject}")).GetProperty("nodes").GetArrayLength() > 0, $"{node} does not know of {subject}");

    public async Task UntilAsync(Func<Task<bool>> condition, string otherwise)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var pace = new PeriodicTimer(Pace);
        while (!await condition())
        {
            if (patience.IsCancellationRequested)
                Assert.Fail($"{otherwise}; links: {string.Join(' ', await LinksAsync())}\n{string.Join('\n', Nodes.Select(node => $"{node.Key}:\n{node.Value.Process.Error.Text}"))}");
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes.Values)
            await node.DisposeAsync();
        foreach (var client in _http.Values)
            client.Dispose();
        await Network.DisposeAsync();
    }
}
