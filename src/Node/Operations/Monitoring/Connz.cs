using Akka.Actor;
using Anode.Protocols.Relay;
using Anode.Sockets;

namespace Anode.Operations.Monitoring;

/// <summary><c>/connz</c>: the connections of all endpoints; <see cref="ConnzEntry.Type"/> tells their protocol.</summary>
internal sealed record Connz(
    string ServerId, DateTime Now, int NumConnections, int Total, int Offset, int Limit, IReadOnlyList<ConnzEntry> Connections)
{
    public static async Task<Connz> OfAsync(NodeView view, ConnzQuery query, CancellationToken cancellation)
    {
        var (table, page, now) = (view.Sockets.Connections, query.Page, DateTimeOffset.UtcNow);
        var found = (query.Open ? table.Open : []).Concat(query.Closed ? table.Closed : []).Distinct().Where(record => query.Cid == 0 || record.Id == query.Cid).ToList();
        found.Sort(query.Order);
        var shown = found.Skip(page.Offset).Take(page.Limit).ToList();
        var held = page.Subscriptions ? await Held.ByAsync(view, shown, cancellation) : [];
        return new Connz(
            view.Nats.Id, now.UtcDateTime, shown.Count, found.Count, page.Offset, page.Limit,
            [.. shown.Select(record => ConnzEntry.Of(record, now, held.GetValueOrDefault(record.Id), page.Details))]);
    }
}

/// <summary>One connection. Bytes are those of the stream, control lines included.</summary>
internal sealed record ConnzEntry(
    long Cid, string Kind, string Type, string Ip, int Port, DateTime Start, DateTime LastActivity, DateTime? Stop, string? Reason, string Uptime, string Idle,
    long PendingBytes, long InMsgs, long OutMsgs, long InBytes, long OutBytes, int Subscriptions, string? Name, string? Lang, string? Version,
    string? TlsVersion, string? TlsCipherSuite, IReadOnlyList<string>? SubscriptionsList, IReadOnlyList<SubscriptionEntry>? SubscriptionsListDetail)
{
    public static ConnzEntry Of(ConnectionRecord record, DateTimeOffset now, SubscriptionList? held, bool details)
    {
        var (end, remote) = (record.ClosedAt ?? now, record.Remote);
        var active = now - record.Idle;
        active = active < record.Since ? record.Since : active > end ? end : active;
        return new ConnzEntry(
            record.Id, "Client", record.Protocol, remote.IsUnix ? "" : remote.Host, remote.IsUnix ? 0 : remote.Port,
            record.Since.UtcDateTime, active.UtcDateTime, record.ClosedAt?.UtcDateTime, Ending.Text(record.CloseReason), Spans.Text(end - record.Since), Spans.Text(end - active),
            record.Outlet?.PendingBytes ?? 0, record.MessagesIn, record.MessagesOut, record.BytesIn, record.BytesOut, record.Subscriptions,
            record.Identity is { } identity ? identity.Name : record.ClientName, record.Identity?.Language, record.Identity?.Version,
            record.Tls?.Version["TLSv".Length..], record.Tls?.Cipher,
            held is null || details ? null : [.. held.Subscriptions.Select(one => one.Filter)],
            held is null || !details ? null : [.. held.Subscriptions.Select(one => SubscriptionEntry.Of(one, record.Id))]);
    }
}

/// <summary>One subscription, as <c>?subs=detail</c> and <c>/subsz</c> show it.</summary>
internal sealed record SubscriptionEntry(string Subject, string? Qgroup, string Sid, long Msgs, long? Max, long Cid)
{
    public static SubscriptionEntry Of(HeldSubscription held, long connection) =>
        new(held.Filter, held.Queue, held.Sid, held.Messages, held.Max > 0 ? held.Max : null, connection);
}

/// <summary>Asks connections which subscriptions they have.</summary>
internal static class Held
{
    // One that is busy for longer is left without its list; the page comes nevertheless.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task<Dictionary<long, SubscriptionList>> ByAsync(NodeView view, IEnumerable<ConnectionRecord> records, CancellationToken cancellation)
    {
        if (view.System is not { } system)
            return [];
        var answers = await Task.WhenAll(records.Where(record => record is { State: ConnectionState.Open, Subscriptions: > 0 }).Select(async record =>
        {
            try
            {
                return (record.Id, await system.ActorSelection(record.ActorPath).Ask<SubscriptionList>(GetSubscriptions.Question, Patience, cancellation));
            }
            catch (AskTimeoutException)
            {
                return (record.Id, SubscriptionList.Empty);
            }
        }));
        return answers.ToDictionary(answer => answer.Id, answer => answer.Item2);
    }
}
