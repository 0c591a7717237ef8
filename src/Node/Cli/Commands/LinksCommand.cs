using System.Text.Json;
using Anode.Cli.Operator;
using Anode.Cli.Rendering;

namespace Anode.Cli.Commands;

/// <summary><c>anode links</c>.</summary>
internal static class LinksCommand
{
    public const string Name = "links";
    public const string Description = "List the nodes of the mesh, and how this one reaches them";

    public static CliCommand Create(Terminal terminal) => View.Create(
        terminal, Name, Description,
        "A node without PATH cannot be reached now. RTT, PENDING and DROPPED are of a direct link: round trip in milliseconds, bytes not sent or not confirmed, messages left out.",
        "/api/links", Table);

    private static TextTable Table(JsonElement mesh)
    {
        var table = new TextTable("NODE", "PATH", "COST", "SUBSCRIPTIONS", "RTT", "PENDING", "DROPPED", "DIALLED BY", "CLUSTER", "STATE");
        var self = mesh.Text("node");
        var links = mesh.Items("links").ToDictionary(link => link.Text("peer"));
        foreach (var node in mesh.Items("nodes"))
        {
            var name = node.Text("node");
            var link = links.TryGetValue(name, out var found) ? found : default;
            table.Add(
                name, string.Join(" ", node.Items("path").Select(hop => hop.GetString())), node.Text("cost"), node.Text("subscriptions"),
                Milliseconds(link), Pending(link), link.Text("dropped"), DialledBy(link, self, name), node.Text("cluster"),
                name == self ? "self" : node.Text("draining") == "true" ? "Draining" : node.Items("path").Any() ? "" : "unreachable");
        }

        return table;
    }

    private static string DialledBy(JsonElement link, string self, string peer) => link.Text("dialled") switch
    {
        "true" => self,
        "false" => peer,
        _ => "",
    };

    private static string Pending(JsonElement link) =>
        link.Find("pendingBytes") is { } pending && link.Find("unacknowledgedBytes") is { } sent ? Json.Bytes(pending.GetInt64() + sent.GetInt64()) : "";

    internal static string Milliseconds(JsonElement link) => link.Find("roundTripMs") is { } ms
        ? ms.GetDouble().ToString("0.00", System.Globalization.CultureInfo.InvariantCulture)
        : "";
}
