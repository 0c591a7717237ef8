using System.Text.Json;
using Anode.Cluster;
using Anode.Messages;

namespace Anode.Hosting;

/// <summary>
/// What <c>--ready-file</c> gets: written beside and renamed, so that who waits for it never reads half of it.
/// </summary>
internal static class ReadyFile
{
    public static string Json(string name, IEnumerable<Endpoint.Status> endpoints, string? http, ClusterState? cluster, string? toxiproxy) => JsonSerializer.Serialize(new
    {
        name,
        pid = Environment.ProcessId,
        listeners = endpoints
            .Where(status => status.Kind != "dialer")
            .Select(status => new { name = status.Name, protocol = status.Protocol, address = status.Local!.ToString() }),
        http,
        cluster = cluster is null ? null : new { address = cluster.Self, members = cluster.Members.Select(member => member.Address) },
        toxiproxy,
    });

    public static async Task WriteAsync(string path, string json, CancellationToken cancellation)
    {
        var draft = $"{path}.{Environment.ProcessId}.tmp";
        await File.WriteAllTextAsync(draft, json + "\n", cancellation);
        File.Move(draft, path, overwrite: true);
    }
}
