using System.Diagnostics.CodeAnalysis;
using Anode.Sockets;
using Microsoft.AspNetCore.Http;

namespace Anode.Operations.Monitoring;

/// <summary>What of <c>/connz</c> is wanted, in which order.</summary>
internal sealed record ConnzQuery(Page Page, long Cid, bool Open, bool Closed, Comparison<ConnectionRecord> Order)
{
    private static readonly Dictionary<string, Comparison<ConnectionRecord>> Orders = new()
    {
        ["cid"] = (x, y) => x.Id.CompareTo(y.Id),
        ["start"] = (x, y) => x.Id.CompareTo(y.Id),
        ["uptime"] = (x, y) => x.Id.CompareTo(y.Id),
        ["subs"] = Most(record => record.Subscriptions),
        ["pending"] = Most(record => record.Outlet?.PendingBytes ?? 0),
        ["msgs_to"] = Most(record => record.MessagesOut),
        ["msgs_from"] = Most(record => record.MessagesIn),
        ["bytes_to"] = Most(record => record.BytesOut),
        ["bytes_from"] = Most(record => record.BytesIn),
        ["idle"] = Most(record => record.Idle.Ticks),
        ["last"] = (x, y) => x.Idle.CompareTo(y.Idle),
        ["stop"] = Most(record => record.ClosedAt?.UtcTicks ?? 0),
        ["reason"] = (x, y) => string.CompareOrdinal(Ending.Text(x.CloseReason), Ending.Text(y.CloseReason)),
    };

    public static bool TryRead(HttpContext context, [NotNullWhen(true)] out ConnzQuery? query, [NotNullWhen(false)] out string? error)
    {
        query = null;
        var (sort, state) = (context.Request.Query["sort"].ToString(), context.Request.Query["state"].ToString().ToLowerInvariant());
        if (!Page.TryRead(context, out var page, out error))
            return false;
        error = !Page.TryNumber(context, "cid", out var cid) ? "cid must be a number"
            : !Orders.TryGetValue(sort.Length > 0 ? sort : "cid", out var order) ? $"sort must be one of {string.Join(", ", Orders.Keys)}"
            : state is not ("" or "open" or "closed" or "any" or "all") ? "state must be open, closed or any"
            : sort is "stop" or "reason" && state != "closed" ? $"sort={sort} is for state=closed"
            : null;
        if (error is null)
            query = new ConnzQuery(page, cid, state != "closed", state is "closed" or "any" or "all", Orders[sort.Length > 0 ? sort : "cid"]);
        return query is not null;
    }

    /// <summary>The largest first; among equals the oldest.</summary>
    private static Comparison<ConnectionRecord> Most(Func<ConnectionRecord, long> number) =>
        (x, y) => number(y).CompareTo(number(x)) is not 0 and var order ? order : x.Id.CompareTo(y.Id);
}
