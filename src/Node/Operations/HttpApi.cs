using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Anode.Operations;

/// <summary>The HTTP side of a node.</summary>
internal static class HttpApi
{
    public static void AddNodeOperations(this WebApplicationBuilder builder, NodeView view)
    {
    }

    public static void MapNodeOperations(this WebApplication app, NodeView view) => app.MapGet("/healthz", () => Results.Text("ok\n"));
}
