using System.Text.Json;
using Anode.Cli.Operator;
using Anode.Cli.Rendering;

namespace Anode.Cli.Commands;

/// <summary>Commands that show one page of the HTTP API: as a table, or as it is.</summary>
internal static class View
{
    public static CliCommand Create(Terminal terminal, string name, string description, string notes, string path, Func<JsonElement, TextTable> table)
    {
        var json = Flag.Switch("--json", "The API's JSON as it is.");
        var command = new CliCommand(name, description)
        {
            Synopsis = "[options]",
            Notes = notes,
            Examples = [$"anode {name}", $"anode {name} --http 10.0.0.5:7480 --json"],
        };
        command.Options.Add(json);
        var api = new ApiFlags().AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var node = api.Of(parsed);
            var text = await node.GetAsync(path, cancellation);
            if (parsed.GetValue(json))
            {
                await terminal.WriteLineAsync(text.TrimEnd('\n'));
                return ExitCode.Done;
            }

            using var document = Json.Parse(text);
            await table(document.RootElement).WriteAsync(terminal);
            return ExitCode.Done;
        });
        return command;
    }
}
