using System.Net.Http.Json;
using System.Text.Json;
using Anode.Cluster.Placement;
using Anode.Tests.Support;
using Anode.Tests.Support.Machines;
using Xunit;
using Xunit.Sdk;

namespace Anode.Tests.Cluster.Machines;

/// <summary>
/// A cluster of one node on each of several machines, with an endpoint «front» at port 7400 that moves between them. Each node has a supervisor as in
/// production: one that fails or is killed is started anew.
/// </summary>
internal sealed class MachineCluster : IAsyncDisposable
{
    public const int Front = 7400;

    /// <summary>Everything that is waited for takes seconds; the longest, a machine that is lost in profile safe, 17.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), Pace = TimeSpan.FromMilliseconds(20);

    private const int Tries = 5;

    private readonly Dictionary<string, NodeProcess> _nodes = [];
    private readonly Dictionary<string, HttpClient> _http = [];
    private readonly List<Task> _supervisors = [];
    private readonly List<string> _ends = [];
    private readonly string[] _common;
    private volatile bool _ending;

    private MachineCluster(Network network, string[] names, string[] common) => (Network, Names, _common) = (network, names, common);

    public Network Network { get; }

    public IReadOnlyList<string> Names { get; }

    /// <summary>What the nodes that ended by themselves had to say.</summary>
    public IReadOnlyList<string> Ends
    {
        get
        {
            lock (_ends)
                return [.. _ends];
        }
    }

    /// <summary>Three, all Up, and known to each other; <paramref name="common"/> are arguments of all.</summary>
    public static async Task<MachineCluster> StartAsync(params string[] common)
    {
        string[] names = ["a", "b", "c"];
        var cluster = new MachineCluster(await Network.OfAsync(names), names, common);
        try
        {
            foreach (var name in names)
                cluster._http[name] = cluster.Network.HttpOn(name);
            await Task.WhenAll(names.Select(cluster.StartAgainAsync));
            foreach (var name in names)
                cluster._supervisors.Add(cluster.SuperviseAsync(name));
            await cluster.UntilWholeAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>All cases are wanted, and not only those for which a suite has time.</summary>
    public static bool IsSoak => Environment.GetEnvironmentVariable("ANODE_SOAK_MACHINES") == "1";

    public async Task<JsonElement> JsonAsync(string node, string path) => await _http[node].GetFromJsonAsync<JsonElement>($"http://127.0.0.1:7480{path}");

    public async Task<HttpResponseMessage> PostAsync(string node, string path, object body) => await _http[node].PostAsJsonAsync($"http://127.0.0.1:7480{path}", body);

    /// <summary>Who has the endpoint and serves at it, as these see it; null: none of them.</summary>
    public async Task<string?> OwnerAmongAsync(IEnumerable<string> nodes)
    {
        foreach (var node in nodes)
        {
            var front = await JsonAsync(node, "/api/endpoints/front");
            if (front.GetProperty("state").GetString() == "Bound" && front.GetProperty("owner").GetString() == node)
                return node;
        }

        return null;
    }

    /// <summary>Every one of them sees every one Up and within reach, and one serves.</summary>
    public async Task UntilWholeAsync()
    {
        await UntilAsync(async () => (await Task.WhenAll(Names.Select(SeesAllAsync))).All(sees => sees), "they are not all members again");
        await UntilAsync(async () => await OwnerAmongAsync(Names) is not null, "nobody has the endpoint");
    }

    public async Task UntilAsync(Func<Task<bool>> condition, string otherwise)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var pace = new PeriodicTimer(Pace);
        while (!await HoldsAsync(condition))
        {
            if (patience.IsCancellationRequested)
                Assert.Fail($"{otherwise}\n{string.Join('\n', _nodes.Select(node => $"{node.Key}:\n{node.Value.Process.Error.Text}"))}\n{string.Join('\n', Ends)}");
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>As the node itself recorded it.</summary>
    public async Task<IReadOnlyList<Ownership>> HistoryAsync(string node) =>
        [.. (await JsonAsync(node, "/api/cluster")).GetProperty("history").EnumerateArray().Select(entry => new Ownership(
            entry.GetProperty("endpoint").GetString()!,
            entry.GetProperty("node").GetString()!,
            EpochOf(entry.GetProperty("epoch").GetString()!),
            entry.GetProperty("what").GetString() == "acquired",
            entry.GetProperty("monotonicMs").GetInt64(),
            entry.GetProperty("at").GetDateTimeOffset()))];

    /// <summary>kill -9.</summary>
    public void Kill(string node) => _nodes[node].Process.Kill();

    public string ErrorsOf(string node) => _nodes[node].Process.Error.Text;

    public async ValueTask DisposeAsync()
    {
        _ending = true;
        foreach (var node in _nodes.Values.ToList())
            node.Process.Kill();
        // One that is just starting a node is not to hide why the test ended.
        await Task.WhenAll(_supervisors).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var node in _nodes.Values)
            await node.DisposeAsync();
        foreach (var client in _http.Values)
            client.Dispose();
        await Network.DisposeAsync();
    }

    private static Epoch EpochOf(string text) => new(long.Parse(text.Split('.')[0]), long.Parse(text.Split('.')[1]));

    private async Task StartAsync(string name)
    {
        var address = Network.AddressOf(name);
        var node = await Network.StartAsync(name,
        [
            "--name", name, "--http", "127.0.0.1:7480", "--cluster", $"{address}:7500", .. Names.SelectMany(seed => new[] { "--seed", $"{Network.AddressOf(seed)}:7500" }),
            "--listen", $"tcp://0.0.0.0:{Front}?name=front&placement=cluster", "--listen", $"tcp://{address}:7401?name=link&protocol=link",
            .. LocalTraffic.Listeners, .. _common,
        ]);
        lock (_nodes)
            _nodes[name] = node;
    }

    private async Task SuperviseAsync(string name)
    {
        while (!_ending)
        {
            var node = _nodes[name];
            var outcome = await node.Process.EndAsync(TimeSpan.FromHours(1));
            if (_ending)
                return;
            lock (_ends)
                _ends.Add($"{name} ended with {outcome.ExitCode}:\n{outcome.Error}");
            if (outcome.ExitCode == 0)
                return;
            await StartAgainAsync(name);
            await node.DisposeAsync();
        }
    }

    /// <summary>As a supervisor does: one that is alone behind a cut may not get ready, and one on a busy machine not in time.</summary>
    private async Task StartAgainAsync(string name)
    {
        for (var tries = 1; !_ending; tries++)
        {
            try
            {
                await StartAsync(name);
                return;
            }
            catch (XunitException e) when (tries < Tries)
            {
                lock (_ends)
                    _ends.Add($"{name} was started anew: {e.Message}");
            }
        }
    }

    private async Task<bool> SeesAllAsync(string node) => (await JsonAsync(node, "/api/cluster")).GetProperty("members").EnumerateArray()
        .Count(member => member.GetProperty("status").GetString() == "up" && member.GetProperty("reachable").GetBoolean() && member.GetProperty("name").GetString() is not null) == Names.Count;

    /// <remarks>A node that ended answers nobody, and is started anew.</remarks>
    private static async Task<bool> HoldsAsync(Func<Task<bool>> condition)
    {
        try
        {
            return await condition();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}
