using System.Net;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization.Metadata;
using Akka.Actor;
using Anode.Operations.Monitoring;
using Anode.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Endpoint = Anode.Messages.Endpoint;

namespace Anode.Operations;

/// <summary>The HTTP side of a node: health, state as JSON, events, metrics, commands, and a page that shows it.</summary>
internal static class HttpApi
{
    // All in one file and nothing from elsewhere; and in nobody's frame.
    private const string DashboardPolicy =
        "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

    private const int DefaultConnections = 1000, DefaultDepth = 16, ChildrenShown = 200;
    private static readonly string[] ReadMethods = [HttpMethods.Get, HttpMethods.Head];
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(2);

    public static void MapNodeOperations(this WebApplication app, NodeView view)
    {
        app.Use((context, next) => Admit(context, next, view));
        app.MapRead("/healthz", context => context.Response.WriteAsync("ok\n"));
        app.MapRead("/readyz", context => Ready(context, view));
        app.MapRead("/metrics", Metrics.Scrape(app, view));
        app.MapRead("/", Dashboard);
        app.MapRead("/api/node", context => Json(context, NodeOf(view), ApiJson.Api.ApiNode));
        app.MapRead("/api/endpoints", context => Json(context, [.. view.Endpoints.All.Select(ApiEndpoint.Of)], ApiJson.Api.IReadOnlyListApiEndpoint));
        app.MapRead("/api/endpoints/{name}", context => OneEndpoint(context, view));
        app.MapRead("/api/connections", context => Connections(context, view));
        app.MapRead("/api/supervision", context => Supervision(context, view));
        app.MapRead("/api/subscriptions", context => Json(context, SubscriptionsOf(view), ApiJson.Api.ApiSubscriptions));
        app.MapRead("/api/cluster", context => Json(context, ApiCluster.Of(view.Cluster), ApiJson.Api.ApiCluster));
        app.MapMonitoring(view);
        app.MapMesh(view);
        app.MapFaults(view);
        app.MapRead("/api/ledger", context => HttpApi.Json(context, ApiLedger.Of(view), ApiJson.Api.ApiLedger));
        app.MapDelete("/api/ledger", context => ClearLedger(context, view));
        app.MapGet("/api/events", context => EventStreams.Serve(context, view));
        app.MapPost("/api/endpoints/{name}/suspend", context => Command(context, view, new Endpoint.Suspend()));
        app.MapPost("/api/endpoints/{name}/resume", context => Command(context, view, new Endpoint.Resume()));
        app.MapPost("/api/endpoints/{name}/restart", context => Command(context, view, new Endpoint.Restart()));
        app.MapPost("/api/endpoints/{name}/stop", context => Command(context, view, new Endpoint.Stop()));
        app.MapPost("/api/endpoints/{name}/move", context => MoveApi.Serve(context, view));
        app.MapPost("/api/drain", context => Drain(context, view));
    }

    /// <summary>Stands between the choice of a route and the route: what is not chosen, or not allowed, is answered here, as JSON.</summary>
    private static async Task Admit(HttpContext context, RequestDelegate next, NodeView view)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var (request, method) = (ApiAccess.Request.Of(context), context.Request.Method);
        var changes = context.GetEndpoint() is RouteEndpoint && !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method);
        if ((ApiAccess.RefuseAny(request) ?? (changes ? ApiAccess.RefuseChange(request, view.Token) : null)) is var (status, error))
        {
            if (status == StatusCodes.Status401Unauthorized)
                context.Response.Headers.WWWAuthenticate = "Bearer";
            await Fail(context, status, error);
            return;
        }

        await next(context);
        if (context.GetEndpoint() is RouteEndpoint)
            return;
        // Routing has no body for these two.
        await (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed
            ? Fail(context, StatusCodes.Status405MethodNotAllowed, $"{context.Request.Path} takes {context.Response.Headers.Allow}, not {method}")
            : Fail(context, StatusCodes.Status404NotFound, $"there is no {context.Request.Path}"));
    }

    internal static void MapRead(this WebApplication app, string path, RequestDelegate read) => app.MapMethods(path, ReadMethods, read);

    internal static Task Json<T>(HttpContext context, T value, JsonTypeInfo<T> type) => context.Response.WriteAsJsonAsync(value, type);

    internal static Task Fail(HttpContext context, int status, string error)
    {
        context.Response.StatusCode = status;
        return Json(context, new ApiError(error), ApiJson.Api.ApiError);
    }

    private static Task Ready(HttpContext context, NodeView view)
    {
        var reasons = Readiness.ReasonsAgainst(view);
        if (reasons.Count == 0)
            return context.Response.WriteAsync("ready\n");
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Json(context, new ApiNotReady(reasons), ApiJson.Api.ApiNotReady);
    }

    private static async Task Dashboard(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = DashboardPolicy;
        await using var page = Assembly.GetExecutingAssembly().GetManifestResourceStream("Anode.Operations.wwwroot.index.html")!;
        await page.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static ApiNode NodeOf(NodeView view)
    {
        var (pool, counters) = (view.Sockets.Pool, view.Relay.Counters);
        var reasons = Readiness.ReasonsAgainst(view);
        return new ApiNode(
            view.Name,
            typeof(HttpApi).Assembly.GetName().Version!.ToString(3),
            Environment.ProcessId,
            Dns.GetHostName(),
            view.StartedAt,
            (DateTimeOffset.UtcNow - view.StartedAt).TotalSeconds,
            reasons.Count == 0,
            reasons,
            view.Draining,
            RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription,
            view.Sockets.Connections.OpenCount,
            new ApiBuffers(pool.RentedBytes, pool.RentedCount, pool.IdleBytes, pool.BoundBytes, pool.Refusals),
            new ApiRelay(counters.Published, counters.Delivered, counters.Unheard, counters.NoResponders, counters.Duplicates, view.Relay.Index.Count));
    }

    private static Task OneEndpoint(HttpContext context, NodeView view) =>
        view.Endpoints.Find(NameIn(context)) is { } entry
            ? Json(context, ApiEndpoint.Of(entry), ApiJson.Api.ApiEndpoint)
            : Unknown(context, view);

    private static Task Connections(HttpContext context, NodeView view)
    {
        var query = context.Request.Query;
        if (!TryCount(context, "limit", DefaultConnections, out var limit))
            return Fail(context, StatusCodes.Status400BadRequest, "limit must be a number of 0 or more");
        var (endpoint, state) = (query["endpoint"].ToString(), query["state"].ToString());
        if (state.Length > 0 && !Enum.GetNames<ConnectionState>().Contains(state, StringComparer.OrdinalIgnoreCase))
            return Fail(context, StatusCodes.Status400BadRequest, "state must be open, closing or closed");
        var table = view.Sockets.Connections;
        var found = table.Open.Concat(table.Closed).Distinct() // one that is just closing stands in both
            .Where(record => endpoint.Length == 0 || record.Endpoint == endpoint)
            .Where(record => state.Length == 0 || record.State.ToString().Equals(state, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(record => record.Id)
            .Take(limit);
        return Json(context, [.. found.Select(ApiConnection.Of)], ApiJson.Api.IReadOnlyListApiConnection);
    }

    private static Task Supervision(HttpContext context, NodeView view)
    {
        if (!TryCount(context, "depth", DefaultDepth, out var depth) || !TryCount(context, "children", ChildrenShown, out var children))
            return Fail(context, StatusCodes.Status400BadRequest, "depth and children must be numbers of 0 or more");
        return view.Root is null
            ? Fail(context, StatusCodes.Status503ServiceUnavailable, "the node is starting")
            : Json(context, ActorTree.Of(view, depth, children), ApiJson.Api.ApiActor);
    }

    private static ApiSubscriptions SubscriptionsOf(NodeView view) => new(
        view.Relay.Index.Count,
        view.Sockets.Connections.Open.Where(record => record.Subscriptions > 0)
            .ToDictionary(record => record.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), record => record.Subscriptions));

    private static async Task Command(HttpContext context, NodeView view, Endpoint.ICommand command)
    {
        if (view.Endpoints.Find(NameIn(context)) is not { } entry)
        {
            await Unknown(context, view);
            return;
        }

        if (entry.Guard is not { } guard)
        {
            await Fail(context, StatusCodes.Status409Conflict, $"endpoint {entry.Spec.Name} has not begun");
            return;
        }

        object answer;
        try
        {
            answer = await guard.Ask(command, CommandTimeout, context.RequestAborted);
        }
        catch (AskTimeoutException)
        {
            await Fail(context, StatusCodes.Status504GatewayTimeout, $"endpoint {entry.Spec.Name} did not answer within {CommandTimeout.TotalSeconds} s");
            return;
        }

        if (answer is Endpoint.Status status)
        {
            // Not kept: the directory hears of what came after, too, and may have heard it already.
            await Json(context, ApiEndpoint.Of(entry, status with { Restarts = status.Restarts + entry.GuardRestarts }), ApiJson.Api.ApiEndpoint);
        }
        else
        {
            await Fail(context, StatusCodes.Status409Conflict, ((Endpoint.Unavailable)answer).Message);
        }
    }

    private static Task ClearLedger(HttpContext context, NodeView view)
    {
        view.Relay.Ledger?.Clear();
        return Json(context, ApiLedger.Of(view), ApiJson.Api.ApiLedger);
    }

    private static Task Drain(HttpContext context, NodeView view)
    {
        view.Drain();
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        return Json(context, new ApiDraining(true), ApiJson.Api.ApiDraining);
    }

    private static Task Unknown(HttpContext context, NodeView view) => Fail(
        context, StatusCodes.Status404NotFound,
        $"there is no endpoint '{NameIn(context)}'; there are: {string.Join(", ", view.Endpoints.All.Select(entry => entry.Spec.Name))}");

    internal static string NameIn(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    internal static bool TryCount(HttpContext context, string key, int otherwise, out int count)
    {
        count = otherwise;
        var text = context.Request.Query[key].ToString();
        return text.Length == 0 || (int.TryParse(text, out count) && count >= 0);
    }
}
