using System.Text.Json;
using Anode.Cli.Operator;
using Anode.Cli.Rendering;

namespace Anode.Cli.Commands;

/// <summary><c>anode cluster</c>.</summary>
internal static class ClusterCommand
{
    public const string Name = "cluster";
    public const string Description = "List the members of the cluster that a node is in";

    public static CliCommand Create(Terminal terminal) => View.Create(
        terminal, Name, Description,
        "One node's view: ask another if in doubt. A node without a cluster has no members.",
        "/api/cluster", Table);

    private static TextTable Table(JsonElement cluster)
    {
        var table = new TextTable("NAME", "ADDRESS", "STATUS", "REACHABLE", "IS", "ROLES", "LINK");
        foreach (var member in cluster.Items("members"))
        {
            table.Add(
                member.Text("name"), member.Text("address"), member.Text("status"), member.Text("reachable"), Is(member),
                string.Join(", ", member.Items("roles").Select(role => role.GetString())), member.Text("link"));
        }

        return table;
    }

    private static string Is(JsonElement member) =>
        string.Join(", ", new[] { "self", "leader", "director", "voter" }.Where(what => member.Text(what) == "true"));
}
