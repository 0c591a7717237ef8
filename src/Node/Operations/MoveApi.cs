using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Anode.Operations;

/// <summary><c>POST /api/endpoints/{name}/move</c>: asks the director, whichever node that is, and answers when it is done.</summary>
internal static class MoveApi
{
    public static async Task Serve(HttpContext context, NodeView view)
    {
        if (view.Cluster is not { } cluster)
        {
            await HttpApi.Fail(context, StatusCodes.Status409Conflict, "this node is in no cluster, so nothing can move");
            return;
        }

        if (await NodeIn(context) is not { Length: > 0 } node)
        {
            await HttpApi.Fail(context, StatusCodes.Status400BadRequest, "say where: {\"node\": \"NAME\"}");
            return;
        }

        var name = HttpApi.NameIn(context);
        if (await cluster.MoveAsync(name, node, context.RequestAborted) is { } why)
            await HttpApi.Fail(context, StatusCodes.Status409Conflict, why);
        else
            await HttpApi.Json(context, new ApiPlacement(name, node, view.Cluster.Placements.FirstOrDefault(placed => placed.Endpoint == name)?.Epoch.ToString() ?? ""), ApiJson.Api.ApiPlacement);
    }

    private static async Task<string?> NodeIn(HttpContext context)
    {
        try
        {
            return (await context.Request.ReadFromJsonAsync(ApiJson.Api.ApiMove, context.RequestAborted))?.Node;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
