using System.Text.Json;
using Anode.Cli.Operator;
using Anode.Cli.Rendering;

namespace Anode.Cli.Commands;

/// <summary><c>anode status</c>.</summary>
internal static class StatusCommand
{
    public const string Name = "status";
    public const string Description = "Show what a node says of itself";

    public static CliCommand Create(Terminal terminal) =>
        View.Create(terminal, Name, Description, "", "/api/node", Table);

    /// <summary>Whatever there is, in the API's order: a newer node's fields show up without a newer command.</summary>
    private static TextTable Table(JsonElement node)
    {
        var table = new TextTable("FIELD", "VALUE");
        Add(table, "", node);
        return table;
    }

    private static void Add(TextTable table, string prefix, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return;
        foreach (var field in element.EnumerateObject())
        {
            if (field.Value.ValueKind == JsonValueKind.Object)
                Add(table, $"{prefix}{field.Name}.", field.Value);
            else
                table.Add(prefix + field.Name, element.Text(field.Name));
        }
    }
}
