using System.Text.Json;

namespace Anode.Bench.Servers;

/// <summary>This build's node with its defaults: native on TCP and UDP and NATS, all on ports of the system's choosing.</summary>
internal sealed class AnodeServer : Server
{
    private readonly string _readyFile;
    private readonly List<(string Protocol, string Address)> _listeners = [];

    private AnodeServer(string readyFile, string[] more, AnodeServer? before = null)
        : base("dotnet", [.. Arguments(readyFile), .. more], before)
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

    public static AnodeServer Start() => new(NewReadyFile(), []);

    /// <param name="length">How many, each linked to the one before it; at least one.</param>
    public static AnodeServer Chain(int length)
    {
        string[] link = ["--listen", "tcp://127.0.0.1:0?protocol=link"];
        var last = new AnodeServer(NewReadyFile(), ["--name", "chain-1", .. link]);
        for (var i = 2; i <= length; i++)
            last = new AnodeServer(NewReadyFile(), ["--name", $"chain-{i}", .. link, "--peer", last.AddressOf("link", "tcp://")], last);
        return last;
    }

    public override string UriFor(string protocol)
    {
        var scheme = protocol is "udp" ? "udp://" : "tcp://";
        var name = protocol is "udp" ? "native" : protocol;
        var address = AddressOf(name, scheme);
        return protocol is "udp" ? address : $"{address}?protocol={protocol}";
    }

    public override void Dispose()
    {
        base.Dispose();
        File.Delete(_readyFile);
    }

    private string AddressOf(string protocol, string scheme) =>
        _listeners.First(listener => listener.Protocol == protocol && listener.Address.StartsWith(scheme, StringComparison.Ordinal)).Address;

    private static string NewReadyFile() => Path.Combine(Path.GetTempPath(), $"anode-bench-{Guid.NewGuid():n}.json");

    private static string[] Arguments(string readyFile) =>
    [
        Program, "run", "--listen", "tcp://127.0.0.1:0", "--listen", "udp://127.0.0.1:0", "--listen", "tcp://127.0.0.1:0?protocol=nats",
        "--http", "127.0.0.1:0", "--ready-file", readyFile, "--log-level", "warning",
    ];
}
