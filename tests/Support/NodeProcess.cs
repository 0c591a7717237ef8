using System.Text.Json;

namespace Anode.Tests.Support;

/// <summary>
/// A node of its own: a process, a folder for its files, free ports. Gone when disposed, however the test ended.
/// </summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;

    private NodeProcess(DirectoryInfo folder, AnodeProcess process)
    {
        _folder = folder;
        Process = process;
    }

    public AnodeProcess Process { get; }

    public string ReadyFile => Path.Combine(_folder.FullName, "ready.json");

    /// <summary>As for <c>--server</c>.</summary>
    public string Tcp { get; private set; } = "";

    public string Unix { get; private set; } = "";

    /// <summary>host:port of the HTTP API; null when off.</summary>
    public string? Http { get; private set; }

    /// <summary>host:port as a member of a cluster; null when not one.</summary>
    public string? Cluster { get; private set; }

    /// <summary>On TCP and a Unix socket, without HTTP unless <paramref name="args"/> say otherwise; returns when it is ready.</summary>
    public static Task<NodeProcess> StartAsync(params string[] args) => StartAsync(new Dictionary<string, string>(), args);

    public static async Task<NodeProcess> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        var folder = Directory.CreateTempSubdirectory("anode-test-");
        using var watcher = new FileSystemWatcher(folder.FullName) { EnableRaisingEvents = true };
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Written beside and renamed: when it has its name, it is whole.
        watcher.Renamed += (_, renamed) => ready.TrySetResult(renamed.FullPath);
        // When several nodes get ready at the same moment the two halves of a renaming may come apart, and then it looks like this.
        watcher.Created += (_, created) =>
        {
            if (created.Name == "ready.json")
                ready.TrySetResult(created.FullPath);
        };
        string[] defaults = args.Contains("--http") ? [] : ["--http", "off"];
        string[] name = args.Contains("--name") ? [] : ["--name", "box"];
        var node = new NodeProcess(folder, AnodeProcess.Start(environment,
        [
            "run", .. name, "--listen", "tcp://127.0.0.1:0", "--listen", $"unix://{folder.FullName}/box.sock",
            "--ready-file", Path.Combine(folder.FullName, "ready.json"), .. TestDriver.Arguments, .. defaults, .. args,
        ]));
        try
        {
            // A process that ends closes its streams.
            var first = await node.Process.Within(Task.WhenAny(ready.Task, node.Process.Error.Ended), "the node did not get ready");
            if (first != ready.Task && !File.Exists(node.ReadyFile))
                (await node.Process.EndAsync()).Exits(0);
            node.ReadReadyFile();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGTERM, and what came of it.</summary>
    public Task<Outcome> StopAsync()
    {
        Process.Terminate();
        return Process.EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Of its first listener with this protocol.</summary>
    public string AddressOf(string protocol)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(ReadyFile));
        return json.RootElement.GetProperty("listeners").EnumerateArray().First(listener => listener.GetProperty("protocol").GetString() == protocol)
            .GetProperty("address").GetString()!;
    }

    private void ReadReadyFile()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(ReadyFile));
        var listeners = json.RootElement.GetProperty("listeners").EnumerateArray().Select(listener => listener.GetProperty("address").GetString()!).ToList();
        // A voter has none.
        Tcp = listeners.Find(address => address.StartsWith("tcp://", StringComparison.Ordinal)) ?? "";
        Unix = listeners.Find(address => address.StartsWith("unix://", StringComparison.Ordinal)) ?? "";
        Http = json.RootElement.GetProperty("http").GetString();
        if (json.RootElement.GetProperty("cluster") is { ValueKind: JsonValueKind.Object } cluster)
            Cluster = cluster.GetProperty("address").GetString();
    }
}
