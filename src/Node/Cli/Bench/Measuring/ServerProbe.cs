using System.Globalization;

namespace Anode.Cli.Bench.Measuring;

/// <summary>What can be learnt of the server from beside: its process, and the metrics of a node.</summary>
internal sealed class ServerProbe(int? pid, Uri? http) : IDisposable
{
    private const string Allocated = "anode_process_allocated_bytes";

    private readonly HttpClient? _client = http is null
        ? null
        : new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = http, Timeout = TimeSpan.FromSeconds(5) };

    public ProcessUsage? Usage() => pid is { } id ? ProcessUsage.Of(id) : null;

    public long? AllocatedBytes()
    {
        if (_client is null)
            return null;
        try
        {
            using var response = _client.Send(new HttpRequestMessage(HttpMethod.Get, "/metrics"));
            using var text = new StreamReader(response.EnsureSuccessStatusCode().Content.ReadAsStream());
            var line = text.ReadToEnd().Split('\n').FirstOrDefault(line => line.StartsWith(Allocated, StringComparison.Ordinal));
            return line is null ? null : (long)double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            throw CommandFailure.Failed($"cannot read the metrics at {http}: {e.InnerException?.Message ?? e.Message}");
        }
    }

    public void Dispose() => _client?.Dispose();
}
