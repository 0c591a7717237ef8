using System.Text.Json;

namespace Anode.Bench.Servers;

/// <summary>This build's node with its defaults: native on TCP and UDP and NATS, all on ports of the system's choosing.</summary>
internal sealed class AnodeServer : Server
{
    private readonly string _readyFile;
    private readonly List<(string Protocol, string Address)> _listeners = [];

    private AnodeServer(string readyFile)
        : base("dotnet", Arguments(readyFile))
    {
        _readyFile = readyFile;
        AwaitReady(() => File.Exists(readyFile));
        using var json = JsonDocument.Parse(File.ReadAllText(readyFile));
        foreach (var listener in json.RootElement.GetProperty("listeners").EnumerateArray())
            _listeners.Add((listener.GetProperty("protocol").GetString()!, listener.GetProperty("address").GetString()!));
        Http = "http://" + json.RootElement.GetProperty("http").GetString();
    }

    public override string? Http { get; }

    public static string Program => Path.Combine(AppContext.BaseDirectory, "anode.dll");

    public static AnodeServer Start() => new(Path.Combine(Path.GetTempPath(), $"anode-bench-{Guid.NewGuid():n}.json"));

    public override string UriFor(string protocol)
    {
        var scheme = protocol is "udp" ? "udp://" : "tcp://";
        var name = protocol is "udp" ? "native" : protocol;
        var address = _listeners.First(listener => listener.Protocol == name && listener.Address.StartsWith(scheme, StringComparison.Ordinal)).Address;
        return protocol is "udp" ? address : $"{address}?protocol={protocol}";
    }

    public override void Dispose()
    {
        base.Dispose();
        File.Delete(_readyFile);
    }

    private static string[] Arguments(string readyFile) =>
    [
        Program, "run", "--listen", "tcp://127.0.0.1:0", "--listen", "udp://127.0.0.1:0", "--listen", "tcp://127.0.0.1:0?protocol=nats",
        "--http", "127.0.0.1:0", "--ready-file", readyFile, "--log-level", "warning",
    ];
}
