using System.Text;
using Anode.Routing;
using Microsoft.AspNetCore.Http;

namespace Anode.Operations.Monitoring;

/// <summary><c>/subsz</c>: how many subscriptions there are, and with <c>?subs=1</c> which; <c>?test=SUBJECT</c> those that match it.</summary>
internal sealed record Subsz(
    string ServerId, DateTime Now, long NumSubscriptions, int Total, int Offset, int Limit, IReadOnlyList<SubscriptionEntry>? SubscriptionsList)
{
    public static async Task<Subsz> OfAsync(NodeView view, HttpContext context, Page page)
    {
        IReadOnlyList<SubscriptionEntry>? shown = null;
        var count = view.Relay.Index.Count;
        var total = (int)count;
        if (page.Subscriptions)
        {
            var test = Encoding.UTF8.GetBytes(context.Request.Query["test"].ToString());
            var held = await Held.ByAsync(view, view.Sockets.Connections.Open, context.RequestAborted);
            var found = held.OrderBy(pair => pair.Key).SelectMany(pair => pair.Value.Subscriptions.Select(one => SubscriptionEntry.Of(one, pair.Key)))
                .Where(entry => test.Length == 0 || (Subject.IsSubject(test) && Subject.Matches(Encoding.UTF8.GetBytes(entry.Subject), test))).ToList();
            total = found.Count;
            shown = [.. found.Skip(page.Offset).Take(page.Limit)];
        }

        return new Subsz(view.Nats.Id, DateTime.UtcNow, count, total, page.Offset, page.Limit, shown);
    }
}
