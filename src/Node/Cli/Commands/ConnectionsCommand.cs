using System.Text.Json;
using Anode.Cli.Operator;
using Anode.Cli.Rendering;

namespace Anode.Cli.Commands;

/// <summary><c>anode connections</c>.</summary>
internal static class ConnectionsCommand
{
    public const string Name = "connections";
    public const string Description = "List the connections of a node, with those that ended lately";

    public static CliCommand Create(Terminal terminal) => View.Create(
        terminal, Name, Description,
        "CLOSED is why a connection ended, HALF the number of a proxied connection's other half.",
        "/api/connections", Table);

    private static TextTable Table(JsonElement connections)
    {
        var table = new TextTable("ID", "ENDPOINT", "REMOTE", "PROTOCOL", "TLS", "STATE", "SINCE", "SUBS", "MSGS IN", "MSGS OUT", "IN", "OUT", "PENDING", "HALF", "CLOSED");
        foreach (var connection in connections.Items("connections"))
        {
            table.Add(
                connection.Text("id"), connection.Text("endpoint"), connection.Text("remote"), connection.Text("protocol"), TlsOf(connection), connection.Text("state"),
                connection.Time("since", TimeProvider.System), connection.Text("subscriptions"), connection.Text("messagesIn"), connection.Text("messagesOut"),
                connection.Bytes("bytesIn"), connection.Bytes("bytesOut"), connection.Bytes("pendingBytes"), connection.Text("otherHalf"), connection.Text("closeReason"));
        }

        return table;
    }

    private static string TlsOf(JsonElement connection) =>
        connection.Find("tls") is { ValueKind: JsonValueKind.Object } tls ? $"{tls.Text("version")} {tls.Text("cipher")}" : "";
}
