using System.Diagnostics.Metrics;
using Anode.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Endpoint = Anode.Messages.Endpoint;

namespace Anode.Operations;

/// <summary>
/// The node's numbers as OpenTelemetry instruments. All are observed when somebody asks: nothing is counted here that is not counted anyway.
/// </summary>
internal static class Metrics
{
    public const string MeterName = "anode";

    /// <summary>
    /// The exporter is built for the first who asks: it would cost a quarter of a second at every start of the node, and many never ask.
    /// </summary>
    public static void MapNodeMetrics(this WebApplication app, NodeView view)
    {
        var scrape = new Lazy<RequestDelegate>(() => Exporter(app, view));
        app.MapGet("/metrics", context => scrape.Value(context));
    }

    private static RequestDelegate Exporter(WebApplication app, NodeView view)
    {
        var meter = new Meter(MeterName);
        Observe(meter, view);
        var provider = Sdk.CreateMeterProviderBuilder().AddMeter(MeterName).AddPrometheusExporter(exporter =>
        {
            // One scope and one target say nothing that the names and the scraper do not.
            exporter.ScopeInfoEnabled = false;
            exporter.TargetInfoEnabled = false;
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

    private static void Observe(Meter meter, NodeView view)
    {
        meter.CreateObservableGauge("anode_endpoint_up", () => PerEndpoint(view, e => e.Status?.State == Endpoint.State.Bound ? 1L : 0L), null, "1 while the endpoint is bound");
        meter.CreateObservableGauge("anode_endpoint_connections", () => PerEndpoint(view, e => e.Counters.Open), null, "open connections or sessions");
        meter.CreateObservableCounter("anode_endpoint_restarts", () => PerEndpoint(view, e => e.Status?.Restarts ?? 0), null, "times the endpoint's socket was made anew");
        meter.CreateObservableCounter("anode_endpoint_accepted", () => PerEndpoint(view, e => e.Counters.Accepted), null, "connections and sessions since the start");
        meter.CreateObservableCounter("anode_endpoint_received_bytes", () => PerEndpoint(view, e => e.Counters.BytesIn), "By", "bytes read");
        meter.CreateObservableCounter("anode_endpoint_sent_bytes", () => PerEndpoint(view, e => e.Counters.BytesOut), "By", "bytes written");
        meter.CreateObservableCounter("anode_endpoint_received_messages", () => PerEndpoint(view, e => e.Counters.MessagesIn), null, "messages read");
        meter.CreateObservableCounter("anode_endpoint_sent_messages", () => PerEndpoint(view, e => e.Counters.MessagesOut), null, "messages and answers written");
        meter.CreateObservableCounter("anode_endpoint_dropped_messages", () => PerEndpoint(view, e => e.Counters.Dropped), null, "what could not be sent or understood and was left out");
        meter.CreateObservableCounter("anode_connections_closed", () => view.Sockets.Connections.Endings.Select(
            ending => new Measurement<long>(ending.Value, new KeyValuePair<string, object?>("reason", ending.Key.Code()))), null, "connections that ended, by reason");
        meter.CreateObservableCounter("anode_relay_published_messages", () => view.Relay.Counters.Published, null, "messages taken for routing");
        meter.CreateObservableCounter("anode_relay_delivered_messages", () => view.Relay.Counters.Delivered, null, "copies made for subscribers");
        meter.CreateObservableCounter("anode_relay_unheard_messages", () => view.Relay.Counters.Unheard, null, "messages nobody was subscribed to");
        meter.CreateObservableCounter("anode_relay_no_responders", () => view.Relay.Counters.NoResponders, null, "requests answered with 503");
        meter.CreateObservableCounter("anode_relay_duplicates", () => view.Relay.Counters.Duplicates, null, "PUTs whose id had been taken before");
        meter.CreateObservableGauge("anode_relay_subscriptions", () => view.Relay.Index.Count, null, "subscriptions in the index");
        meter.CreateObservableGauge("anode_buffers_rented_bytes", () => view.Sockets.Pool.RentedBytes, "By", "pooled memory in use");
        meter.CreateObservableGauge("anode_buffers_idle_bytes", () => view.Sockets.Pool.IdleBytes, "By", "pooled memory kept for reuse");
        meter.CreateObservableGauge("anode_buffers_bound_bytes", () => view.Sockets.Pool.BoundBytes, "By", "bound of pooled memory");
        meter.CreateObservableCounter("anode_buffers_refusals", () => view.Sockets.Pool.Refusals, null, "times the bound said no");
        meter.CreateObservableCounter("anode_process_allocated_bytes", () => GC.GetTotalAllocatedBytes(), "By", "bytes allocated from the collector since the start");
        meter.CreateObservableGauge("anode_process_heap_bytes", () => GC.GetTotalMemory(false), "By", "managed heap");
        meter.CreateObservableGauge("anode_process_resident_bytes", () => Environment.WorkingSet, "By", "resident memory");
        meter.CreateObservableCounter("anode_process_cpu_seconds", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "processor time");
        meter.CreateObservableGauge("anode_process_threads", () => (long)ThreadPool.ThreadCount, null, "threads of the pool");
        meter.CreateObservableGauge("anode_process_descriptors", OpenDescriptors, null, "open file descriptors");
    }

    private static IEnumerable<Measurement<long>> PerEndpoint(NodeView view, Func<Sockets.EndpointEntry, long> value) =>
        view.Endpoints.All.Select(entry => new Measurement<long>(value(entry),
            new KeyValuePair<string, object?>("endpoint", entry.Spec.Name), new KeyValuePair<string, object?>("protocol", entry.Spec.Protocol)));

    private static long OpenDescriptors() => Directory.Exists("/proc/self/fd") ? Directory.EnumerateFileSystemEntries("/proc/self/fd").LongCount() : 0;
}
