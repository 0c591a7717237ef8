using Anode.Messages;
using Anode.Protocols.Nats.Wire;
using Anode.Sockets;
using Microsoft.AspNetCore.Http;

namespace Anode.Operations.Monitoring;

/// <summary><c>/varz</c>: the node as a whole. Durations are nanoseconds, but for <see cref="AuthTimeout"/>, which is seconds.</summary>
internal sealed record Varz(
    string ServerId, string ServerName, string Version, int Proto, string Host, int Port, bool? AuthRequired, IReadOnlyList<string>? ConnectUrls,
    int MaxConnections, int MaxSubscriptions, long PingInterval, int PingMax, string HttpHost, int HttpPort, double AuthTimeout,
    int MaxControlLine, int MaxPayload, long MaxPending, long WriteDeadline, DateTime Start, DateTime Now, string Uptime, long Mem, int Cores, double Cpu,
    int Connections, long TotalConnections, long InMsgs, long OutMsgs, long InBytes, long OutBytes, long SlowConsumers, long Subscriptions,
    DateTime ConfigLoadTime)
{
    private const int NanosecondsPerTick = 100;

    public static Varz Of(NodeView view, HttpContext context, ProcessorShare processor)
    {
        var (nats, limits, sockets, now) = (view.Nats, view.Relay.Limits, view.Sockets, DateTimeOffset.UtcNow);
        var counters = view.Endpoints.All.Select(entry => entry.Counters).ToList();
        var door = DoorOf(view);
        var doors = nats.Doors;
        return new Varz(
            nats.Id, nats.Name, nats.Version, 1, door?.Host ?? "", door?.Port ?? 0, nats.AuthRequired ? true : null, doors.Count > 0 ? doors : null,
            limits.Connections, limits.SubscriptionsPerConnection, limits.Heartbeat.Ticks * NanosecondsPerTick, limits.HeartbeatMisses,
            context.Connection.LocalIpAddress?.ToString() ?? "", context.Connection.LocalPort, limits.HelloTimeout.TotalSeconds,
            NatsLimits.DefaultControlLineBytes, limits.PayloadBytes, sockets.Settings.PendingBytes, sockets.Settings.WriteTimeout.Ticks * NanosecondsPerTick,
            view.StartedAt.UtcDateTime, now.UtcDateTime, Spans.Text(now - view.StartedAt), Environment.WorkingSet, Environment.ProcessorCount, processor.Percent(),
            sockets.Connections.OpenCount, counters.Sum(counter => counter.Accepted),
            counters.Sum(counter => counter.MessagesIn), counters.Sum(counter => counter.MessagesOut),
            counters.Sum(counter => counter.BytesIn), counters.Sum(counter => counter.BytesOut),
            sockets.Connections.Endings.Where(ending => ending.Key == CloseReason.SlowConsumer).Sum(ending => ending.Value),
            view.Relay.Index.Count, view.StartedAt.UtcDateTime);
    }

    /// <summary>Where NATS clients knock first; the first TCP listener where there is no NATS door.</summary>
    private static NetAddress? DoorOf(NodeView view) => view.Endpoints.All
        .Where(entry => entry.Spec.Kind == EndpointKind.Listener && !entry.Spec.Address.IsUnix)
        .OrderByDescending(entry => entry.Spec.Protocol == "nats")
        .Select(entry => entry.Status?.Local ?? entry.Spec.Address).FirstOrDefault();
}
