using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Anode.Bench;

/// <summary>A server under test in a process of its own, so that its processor time and memory are its own.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly string? _http;
    private readonly string? _readyFile;

    private ServerProcess(Process process, int port, string? http, string? readyFile) =>
        (_process, Port, _http, _readyFile) = (process, port, http, readyFile);

    public int Port { get; }

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static ServerProcess StartBare(int subscribers)
    {
        var process = Start([Environment.ProcessPath!, "bare", subscribers.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        return new ServerProcess(process, int.Parse(process.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture), null, null);
    }

    public static ServerProcess StartNode()
    {
        var ready = Path.Combine(Path.GetTempPath(), $"anode-bench-{Guid.NewGuid():n}.json");
        var node = Path.Combine(AppContext.BaseDirectory, "anode.dll");
        var process = Start(["dotnet", node, "run", "--listen", "tcp://127.0.0.1:0", "--http", "127.0.0.1:0", "--ready-file", ready, "--log-level", "warning"]);
        if (!SpinWait.SpinUntil(() => File.Exists(ready) || process.HasExited, TimeSpan.FromSeconds(20)) || process.HasExited)
            throw new InvalidOperationException("the node did not become ready: " + process.StandardError.ReadToEnd());
        using var json = JsonDocument.Parse(File.ReadAllText(ready));
        var address = json.RootElement.GetProperty("listeners")[0].GetProperty("address").GetString()!;
        return new ServerProcess(process, new Uri(address).Port, json.RootElement.GetProperty("http").GetString(), ready);
    }

    /// <summary>Bytes the node has allocated from the collector so far; null for a server that does not tell.</summary>
    public long? AllocatedBytes()
    {
        if (_http is null)
            return null;
        using var client = new HttpClient();
        var text = client.Send(new HttpRequestMessage(HttpMethod.Get, $"http://{_http}/metrics")).Content.ReadAsStream();
        using var reader = new StreamReader(text);
        var line = reader.ReadToEnd().Split('\n').FirstOrDefault(line => line.StartsWith("anode_process_allocated_bytes", StringComparison.Ordinal));
        return line is null ? null : (long)double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    public Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(new IPEndPoint(IPAddress.Loopback, Port));
        return socket;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        if (_readyFile is not null)
            File.Delete(_readyFile);
    }

    private static Process Start(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        return Process.Start(start)!;
    }
}
