using System.Diagnostics.Metrics;
using Anode.Discovery;
using Anode.Mesh;
using Anode.Messages;
using Anode.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Endpoint = Anode.Messages.Endpoint;

namespace Anode.Operations;

/// <summary>
/// The node's numbers as OpenTelemetry instruments, named as Prometheus shows them but for the <c>_total</c> of counters. All are observed
/// when somebody asks: nothing is counted here that is not counted anyway. The list stands in <c>docs/metrics.md</c>.
/// </summary>
internal static class Metrics
{
    private static readonly Endpoint.State[] States = Enum.GetValues<Endpoint.State>();

    /// <summary>
    /// Answers <c>/metrics</c>. The exporter is built for the first who asks: it would cost a quarter of a second at every start of the node,
    /// and many never ask.
    /// </summary>
    public static RequestDelegate Scrape(WebApplication app, NodeView view)
    {
        var exporter = new Lazy<RequestDelegate>(() => Exporter(app, view));
        return context => exporter.Value(context);
    }

    private static RequestDelegate Exporter(WebApplication app, NodeView view)
    {
        var meter = new Meter("anode");
        ObserveEndpoints(meter, view);
        ObserveNode(meter, view);
        if (view.Relay.Mesh is { } mesh)
            ObserveMesh(meter, mesh);
        ObserveDiscovery(meter, view.Discovery);
        ObserveProcess(meter);
        var provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(meter.Name)
            // Providers choose meters by name, and a program may hold several nodes: this one shows its own.
            .AddView(instrument => ReferenceEquals(instrument.Meter, meter) ? null : MetricStreamConfiguration.Drop)
            .AddPrometheusExporter(exporter =>
            {
                // One scope and one target say nothing that the names and the scraper do not.
                exporter.ScopeInfoEnabled = false;
                exporter.TargetInfoEnabled = false;
                exporter.ScrapeResponseCacheDurationMilliseconds = 0;
            }).Build();
        app.Lifetime.ApplicationStopped.Register(() =>
        {
            provider.Dispose();
            meter.Dispose();
        });
        return new ApplicationBuilder(app.Services)
            .UseOpenTelemetryPrometheusScrapingEndpoint(provider, _ => true, null, null, null)
            .Build();
    }

    private static void ObserveEndpoints(Meter meter, NodeView view)
    {
        Gauge("up", "1 while the endpoint is bound", e => e.Status?.State == Endpoint.State.Bound ? 1 : 0);
        meter.CreateObservableGauge("anode_endpoint_state", () => StatesOf(view), null, "1 for the state the endpoint is in, 0 for the others");
        Gauge("connections", "open connections or sessions", e => e.Counters.Open);
        Counter("restarts", "times the endpoint's socket was made anew", e => e.Status?.Restarts ?? 0);
        Counter("accepted", "connections and sessions since the start", e => e.Counters.Accepted);
        Counter("received_bytes", "bytes read", e => e.Counters.BytesIn, "By");
        Counter("sent_bytes", "bytes written", e => e.Counters.BytesOut, "By");
        Counter("received_messages", "messages read", e => e.Counters.MessagesIn);
        Counter("sent_messages", "messages and answers written", e => e.Counters.MessagesOut);
        Counter("dropped_messages", "what could not be sent or understood and was left out", e => e.Counters.Dropped);

        void Gauge(string name, string text, Func<EndpointEntry, long> value) =>
            meter.CreateObservableGauge("anode_endpoint_" + name, () => view.Endpoints.All.Select(e => new Measurement<long>(value(e), LabelsOf(e))), null, text);

        void Counter(string name, string text, Func<EndpointEntry, long> value, string? unit = null) =>
            meter.CreateObservableCounter("anode_endpoint_" + name, () => view.Endpoints.All.Select(e => new Measurement<long>(value(e), LabelsOf(e))), unit, text);
    }

    private static void ObserveNode(Meter meter, NodeView view)
    {
        var (connections, relay, pool) = (view.Sockets.Connections, view.Relay.Counters, view.Sockets.Pool);
        meter.CreateObservableGauge("anode_ready", () => Readiness.ReasonsAgainst(view).Count == 0 ? 1 : 0, null, "1 while /readyz says so");
        meter.CreateObservableGauge("anode_connections", () => connections.OpenCount, null, "open connections and sessions of all endpoints");
        meter.CreateObservableCounter("anode_connections_closed", () => connections.Endings.Select(
            ending => new Measurement<long>(ending.Value, new KeyValuePair<string, object?>("reason", ending.Key.Code()))), null, "connections that ended, by reason");
        meter.CreateObservableCounter("anode_relay_published_messages", () => relay.Published, null, "messages taken for routing");
        meter.CreateObservableCounter("anode_relay_delivered_messages", () => relay.Delivered, null, "copies made for subscribers");
        meter.CreateObservableCounter("anode_relay_unheard_messages", () => relay.Unheard, null, "messages nobody was subscribed to");
        meter.CreateObservableCounter("anode_relay_no_responders", () => relay.NoResponders, null, "requests answered with 503");
        meter.CreateObservableCounter("anode_relay_duplicates", () => relay.Duplicates, null, "PUTs whose id had been taken before");
        meter.CreateObservableGauge("anode_relay_subscriptions", () => view.Relay.Index.Count, null, "subscriptions in the index");
        meter.CreateObservableGauge("anode_buffers_rented_bytes", () => pool.RentedBytes, "By", "pooled memory in use");
        meter.CreateObservableGauge("anode_buffers_idle_bytes", () => pool.IdleBytes, "By", "pooled memory kept for reuse");
        meter.CreateObservableGauge("anode_buffers_bound_bytes", () => pool.BoundBytes, "By", "bound of pooled memory");
        meter.CreateObservableCounter("anode_buffers_refusals", () => pool.Refusals, null, "times the bound said no");
    }

    private static void ObserveDiscovery(Meter meter, DiscoveryCore? discovery)
    {
        meter.CreateObservableGauge("anode_discovery_neighbours", () => discovery?.Neighbours ?? 0, null, "nodes heard of on the local network");
        meter.CreateObservableCounter("anode_discovery_beacons_sent", () => discovery?.Sent ?? 0, null, "beacons, one for each network interface");
        meter.CreateObservableCounter("anode_discovery_beacons_heard", () => discovery?.Heard ?? 0, null, "beacons of other nodes that were believed");
        meter.CreateObservableCounter(
            "anode_discovery_beacons_ignored",
            () => Enum.GetValues<BeaconFlaw>().Where(flaw => flaw != BeaconFlaw.None)
                .Select(flaw => new Measurement<long>(discovery?.Ignored(flaw) ?? 0, new KeyValuePair<string, object?>("reason", flaw.ToString().ToLowerInvariant()))),
            null, "datagrams at the door for beacons that were none, or not believed");
    }

    private static void ObserveMesh(Meter meter, MeshCore mesh)
    {
        var counters = mesh.Counters;
        meter.CreateObservableGauge("anode_mesh_links", () => mesh.View.Links.Count, null, "links that are up");
        meter.CreateObservableGauge("anode_mesh_nodes", () => mesh.View.Map.Records.Count, null, "nodes in the map, this one included");
        meter.CreateObservableGauge("anode_mesh_link_round_trip_seconds", () => Links(link => link.RoundTrip?.TotalSeconds ?? 0), "s", "smoothed round trip of each link");
        meter.CreateObservableGauge("anode_mesh_link_unacknowledged_bytes", () => Links(link => link.UnacknowledgedBytes), "By", "sent over each link and not yet confirmed");
        meter.CreateObservableCounter("anode_mesh_relayed_messages", () => counters.Relayed, null, "messages passed on for other nodes");
        meter.CreateObservableCounter("anode_mesh_duplicates", () => counters.Duplicates, null, "copies suppressed, because their number had been seen");
        meter.CreateObservableCounter("anode_mesh_dropped_messages", () => (Measurement<long>[])
        [
            new(counters.HopLimit, new KeyValuePair<string, object?>("reason", "hop-limit")),
            new(counters.NoRoute, new KeyValuePair<string, object?>("reason", "no-route")),
            new(counters.Stale, new KeyValuePair<string, object?>("reason", "stale")),
        ], null, "messages between nodes that were dropped, by reason");
        meter.CreateObservableCounter("anode_mesh_resent_messages", () => counters.Resent, null, "PUTs sent again because a receipt was missing");
        meter.CreateObservableCounter("anode_mesh_unacknowledged_lost_bytes", () => counters.UnacknowledgedBytes, "By", "not confirmed when their link ended");
        meter.CreateObservableGauge("anode_mesh_awaiting_receipts", () => mesh.Receipts.Count, null, "PUTs that wait for other nodes");

        IEnumerable<Measurement<T>> Links<T>(Func<MeshLink, T> value) where T : struct => mesh.View.Links.Values.Select(
            link => new Measurement<T>(value(link), new KeyValuePair<string, object?>("peer", link.Peer)));
    }

    private static void ObserveProcess(Meter meter)
    {
        meter.CreateObservableCounter("anode_process_cpu_seconds", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "processor time");
        meter.CreateObservableGauge("anode_process_resident_bytes", () => Environment.WorkingSet, "By", "resident memory");
        meter.CreateObservableGauge("anode_process_heap_bytes", () => GC.GetTotalMemory(false), "By", "managed heap");
        meter.CreateObservableCounter("anode_process_allocated_bytes", () => GC.GetTotalAllocatedBytes(), "By", "bytes allocated from the collector since the start");
        meter.CreateObservableCounter("anode_process_gc_pause_seconds", () => GC.GetTotalPauseDuration().TotalSeconds, "s", "time all threads stood still for the collector");
        meter.CreateObservableGauge("anode_process_threads", () => CountOf("/proc/self/task"), null, "threads of the process");
        meter.CreateObservableGauge("anode_process_descriptors", () => CountOf("/proc/self/fd"), null, "open file descriptors");
    }

    private static IEnumerable<Measurement<int>> StatesOf(NodeView view) =>
        from entry in view.Endpoints.All
        let now = entry.Status?.State ?? Endpoint.State.Opening
        from state in States
        select new Measurement<int>(state == now ? 1 : 0, [.. LabelsOf(entry), new KeyValuePair<string, object?>("state", state.ToString())]);

    private static KeyValuePair<string, object?>[] LabelsOf(EndpointEntry entry) =>
        [new("endpoint", entry.Spec.Name), new("protocol", entry.Spec.Protocol)];

    /// <summary>0 where there is no such folder, which is everywhere but on Linux.</summary>
    private static int CountOf(string folder) => Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Count() : 0;
}
