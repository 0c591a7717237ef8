using System.Text.Json;
using Anode.Cli.Operator;
using Anode.Cli.Rendering;

namespace Anode.Cli.Commands;

/// <summary><c>anode endpoints</c>.</summary>
internal static class EndpointsCommand
{
    public const string Name = "endpoints";
    public const string Description = "List the endpoints of a node and how they are";

    public static CliCommand Create(Terminal terminal) => View.Create(
        terminal, Name, Description,
        "FAILURE is the last one, also of an endpoint that has recovered.",
        "/api/endpoints", Table);

    private static TextTable Table(JsonElement endpoints)
    {
        var table = new TextTable("NAME", "KIND", "PROTOCOL", "LOCAL", "STATE", "CONNECTIONS", "RESTARTS", "IN", "OUT", "NEXT ATTEMPT", "FAILURE");
        foreach (var endpoint in endpoints.Items("endpoints"))
        {
            table.Add(
                endpoint.Text("name"), endpoint.Text("kind"), endpoint.Text("protocol"), endpoint.Text("local"), endpoint.Text("state"),
                endpoint.Text("connections"), endpoint.Text("restarts"), endpoint.Bytes("bytesIn"), endpoint.Bytes("bytesOut"),
                endpoint.Time("nextAttemptAt", TimeProvider.System), Failure(endpoint));
        }

        return table;
    }

    private static string Failure(JsonElement endpoint) => endpoint.Find("lastFailure") is { } failure
        ? $"{failure.Text("name")} {failure.Text("message")} {failure.Time("at", TimeProvider.System)}".Trim()
        : "";
}
