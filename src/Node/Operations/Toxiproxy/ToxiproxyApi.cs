using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Anode.Operations.Toxiproxy;

/// <summary>
/// Toxiproxy's own HTTP API, version 2, so that every client library written for it works here unchanged. Names, status codes and errors are
/// its, as its server has them; only what it says of a wrong body is in our words.
/// </summary>
internal sealed class ToxiproxyApi(ToxicProxies proxies)
{
    /// <summary>The version whose calls these are.</summary>
    private const string Version = "2.12.0";

    private static readonly string[] Changing = [HttpMethods.Post, HttpMethods.Patch];

    public void Map(WebApplication app)
    {
        app.Use(Admit);
        app.MapGet("/proxies", context => Show(context, () => new JsonObject(proxies.All.Select(proxy => KeyValuePair.Create(proxy.Name, (JsonNode?)proxy.ToJson())))));
        app.MapPost("/proxies", context => Change(context, 201, async body => (await proxies.CreateAsync(Body.Of(body))).ToJson()));
        app.MapPost("/populate", Populate);
        app.MapPost("/reset", context => Done(context, proxies.ResetAsync));
        app.MapGet("/proxies/{proxy}", context => Show(context, () => Proxy(context).ToJson()));
        app.MapMethods("/proxies/{proxy}", Changing, context => Change(context, 200, async body => (await proxies.UpdateAsync(Proxy(context), Body.Of(body))).ToJson()));
        app.MapDelete("/proxies/{proxy}", context => Done(context, () => proxies.DeleteAsync(Proxy(context))));
        app.MapGet("/proxies/{proxy}/toxics", context => Show(context, () => new JsonArray([.. Proxy(context).Toxics.Select(toxic => toxic.ToJson())])));
        app.MapPost("/proxies/{proxy}/toxics", context => Change(context, 200, async body => await AddedAsync(context, body)));
        app.MapGet("/proxies/{proxy}/toxics/{toxic}", context => Show(context, () => Toxic(context).ToJson()));
        app.MapMethods("/proxies/{proxy}/toxics/{toxic}", Changing, context => Change(context, 200, async body => await UpdatedAsync(context, body)));
        app.MapDelete("/proxies/{proxy}/toxics/{toxic}", context => Done(context, () => Proxy(context).RemoveAsync(Toxic(context))));
        app.MapGet("/version", context => Write(context, 200, new JsonObject { ["version"] = Version }));
        app.MapGet("/metrics", Metrics);
    }

    /// <summary>Browsers have no business here, as with toxiproxy itself: a page could otherwise change what its visitor's machine passes on.</summary>
    private static async Task Admit(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.UserAgent.ToString().StartsWith("Mozilla/", StringComparison.Ordinal))
            await Fail(context, new ToxiproxyError(403, "User agent not allowed"));
        else if (ApiAccess.RefuseAny(ApiAccess.Request.Of(context)) is var (status, error))
            await Fail(context, new ToxiproxyError(status, error));
        else
            await next(context);
        if (context.GetEndpoint() is not RouteEndpoint && !context.Response.HasStarted)
            await Fail(context, new ToxiproxyError(context.Response.StatusCode, context.Response.StatusCode == 405 ? "method not allowed" : "404 page not found"));
    }

    private ToxicProxy Proxy(HttpContext context) => proxies.Find((string)context.Request.RouteValues["proxy"]!);

    private Toxic Toxic(HttpContext context) => Proxy(context).FindToxic((string)context.Request.RouteValues["toxic"]!);

    private async Task<JsonObject> AddedAsync(HttpContext context, JsonElement body)
    {
        var (proxy, toxic) = (Proxy(context), Toxiproxy.Toxic.Of(Body.Of(body)));
        await proxy.AddAsync(toxic);
        return toxic.ToJson();
    }

    private async Task<JsonObject> UpdatedAsync(HttpContext context, JsonElement body)
    {
        var toxic = Toxic(context);
        await Proxy(context).UpdateAsync(toxic, Body.Of(body));
        return toxic.ToJson();
    }

    private async Task Populate(HttpContext context)
    {
        try
        {
            var body = await ReadAsync(context);
            var (done, error) = await proxies.InTurnAsync(() => proxies.PopulateAsync(body), context.RequestAborted);
            var answer = error is null ? [] : ErrorOf(error);
            answer["proxies"] = new JsonArray([.. done.Select(proxy => proxy.ToJson())]);
            await Write(context, error?.Status ?? 201, answer);
        }
        catch (ToxiproxyError e)
        {
            await Fail(context, e);
        }
    }

    private Task Metrics(HttpContext context) => Try(context, async () =>
    {
        var text = await proxies.InTurnAsync(() => Task.FromResult(MetricsText()), context.RequestAborted);
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(text, context.RequestAborted);
    });

    private string MetricsText()
    {
        var text = new StringBuilder();
        foreach (var received in (bool[])[true, false])
        {
            var metric = received ? "toxiproxy_proxy_received_bytes_total" : "toxiproxy_proxy_sent_bytes_total";
            text.Append(CultureInfo.InvariantCulture, $"# HELP {metric} The total number of bytes {(received ? "received" : "sent")} on a given proxy link in a given direction\n# TYPE {metric} counter\n");
            foreach (var proxy in proxies.All)
            {
                foreach (var direction in (string[])["downstream", "upstream"])
                {
                    var bytes = proxy.BytesOf(direction == "upstream");
                    text.Append(CultureInfo.InvariantCulture, $"{metric}{{direction=\"{direction}\",listener=\"{proxy.Listen}\",proxy=\"{Label(proxy.Name)}\",upstream=\"{Label(proxy.Upstream)}\"}} {(received ? bytes.Received : bytes.Sent)}\n");
                }
            }
        }

        return text.ToString();
    }

    private static string Label(string value) => value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");

    private Task Show(HttpContext context, Func<JsonNode> read) => Try(context, async () =>
        await Write(context, 200, await proxies.InTurnAsync(() => Task.FromResult(read()), context.RequestAborted)));

    private Task Change(HttpContext context, int status, Func<JsonElement, Task<JsonObject>> change) => Try(context, async () =>
    {
        var body = await ReadAsync(context);
        await Write(context, status, await proxies.InTurnAsync(() => change(body), context.RequestAborted));
    });

    private Task Done(HttpContext context, Func<Task> change) => Try(context, async () =>
    {
        await proxies.InTurnAsync(
            async () =>
            {
                await change();
                return true;
            },
            context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    private static async Task Try(HttpContext context, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (ToxiproxyError e)
        {
            await Fail(context, e);
        }
    }

    /// <summary>The content type is not asked for: toxiproxy does not, and not every client sends one.</summary>
    private static async Task<JsonElement> ReadAsync(HttpContext context)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw ToxiproxyError.BadBody(context.Request.ContentLength is 0 ? "EOF" : e.Message);
        }
        catch (BadHttpRequestException e)
        {
            throw new ToxiproxyError(e.StatusCode, $"bad request body: {e.Message}");
        }
    }

    private static JsonObject ErrorOf(ToxiproxyError error) => new() { ["error"] = error.Message, ["status"] = error.Status };

    private static Task Fail(HttpContext context, ToxiproxyError error) => Write(context, error.Status, ErrorOf(error));

    private static Task Write(HttpContext context, int status, JsonNode answer)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(answer.ToJsonString() + "\n", context.RequestAborted);
    }
}
