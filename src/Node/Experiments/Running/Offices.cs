using System.Text.Json;
using Anode.Cli.Operator;
using Anode.Experiments.Scenarios;

namespace Anode.Experiments.Running;

/// <summary>Nodes that a scenario names by what they are: the director of the cluster, the owner of an endpoint.</summary>
internal sealed class Offices(Fleet fleet, RunClock clock)
{
    /// <summary>An endpoint on its way from one node to another belongs to nobody for a moment, and a cluster that chooses its director has none.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <exception cref="InvalidOperationException">There is none, and for a while there was none.</exception>
    public NodeUnderTest Await(string office, CancellationToken cancellation)
    {
        for (var end = clock.Now + Patience.Ticks / 10; ;)
        {
            if (HolderOf(office) is { } holder)
                return holder;
            if (clock.Now >= end || !clock.WaitUntil(clock.Now + 10_000, cancellation))
                throw new InvalidOperationException($"there is no {office} among the nodes of the scenario");
        }
    }

    /// <summary>By whoever of the nodes knows it; null: nobody, at the moment.</summary>
    public NodeUnderTest? HolderOf(string office)
    {
        foreach (var node in fleet.All.Where(node => node.Doors.Http.Length > 0))
        {
            using var http = new NodeHttp(node.Doors.Http);
            var found = office == FaultSpec.Director ? DirectorBy(http)
                : office.StartsWith(FaultSpec.OwnerOf, StringComparison.Ordinal) ? OwnerBy(http, office[FaultSpec.OwnerOf.Length..])
                : null;
            if (!string.IsNullOrEmpty(found) && fleet.Find(found) is { } holder)
                return holder;
        }

        return null;
    }

    private static string? OwnerBy(NodeHttp http, string endpoint) =>
        http.Get($"/api/endpoints/{endpoint}").Json is { ValueKind: JsonValueKind.Object } json ? json.Text("owner") : null;

    private static string? DirectorBy(NodeHttp http) => http.Get("/api/cluster").Json is { ValueKind: JsonValueKind.Object } json
        ? json.Items("members").Where(member => member.TryGetProperty("director", out var directs) && directs.ValueKind == JsonValueKind.True).Select(member => member.Text("name")).FirstOrDefault()
        : null;
}
