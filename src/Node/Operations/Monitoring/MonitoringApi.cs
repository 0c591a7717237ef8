using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Anode.Operations.Monitoring;

/// <summary>
/// What tools made for nats-server ask for, under the paths and field names they know. What that has and this node has not (routes, accounts,
/// JetStream) is left out; every number that is there is counted here.
/// </summary>
internal static class MonitoringApi
{
    public static void MapMonitoring(this WebApplication app, NodeView view)
    {
        var processor = new ProcessorShare();
        app.MapRead("/varz", context => HttpApi.Json(context, Varz.Of(view, context, processor), MonitoringJson.Tools.Varz));
        app.MapRead("/connz", context => Connections(context, view));
        app.MapRead("/subsz", context => Subscriptions(context, view));
    }

    private static async Task Connections(HttpContext context, NodeView view)
    {
        if (!ConnzQuery.TryRead(context, out var query, out var error))
        {
            await HttpApi.Fail(context, StatusCodes.Status400BadRequest, error);
            return;
        }

        await HttpApi.Json(context, await Connz.OfAsync(view, query, context.RequestAborted), MonitoringJson.Tools.Connz);
    }

    private static async Task Subscriptions(HttpContext context, NodeView view)
    {
        if (!Page.TryRead(context, out var page, out var error))
        {
            await HttpApi.Fail(context, StatusCodes.Status400BadRequest, error);
            return;
        }

        await HttpApi.Json(context, await Subsz.OfAsync(view, context, page), MonitoringJson.Tools.Subsz);
    }
}

[JsonSerializable(typeof(Varz))]
[JsonSerializable(typeof(Connz))]
[JsonSerializable(typeof(Subsz))]
internal sealed partial class MonitoringJson : JsonSerializerContext
{
    public static readonly MonitoringJson Tools = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    });
}
