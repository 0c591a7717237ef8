using System.CommandLine;
using System.Text.Json;
using Anode.Cli.Operator;
using Anode.Cli.Rendering;

namespace Anode.Cli.Commands;

/// <summary><c>anode trace SUBJECT</c>.</summary>
internal static class TraceCommand
{
    public const string Name = "trace";
    public const string Description = "Show who would get a message of a subject now, and by which way";

    public static CliCommand Create(Terminal terminal)
    {
        var subject = new Argument<string>("SUBJECT") { Description = "Subject, without wildcards." };
        var json = Flag.Switch("--json", "The API's JSON as it is.");
        var command = new CliCommand(Name, Description)
        {
            Synopsis = "SUBJECT [options]",
            Notes = "As seen from the node that is asked: what is published there goes this way. Nothing is sent.",
            Examples = ["anode trace lab.temp", "anode trace jobs.new --http 10.0.0.5:7480 --json"],
        };
        command.Arguments.Add(subject);
        command.Options.Add(json);
        var api = new ApiFlags().AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var node = api.Of(parsed);
            var text = await node.GetAsync($"/api/trace?subject={Uri.EscapeDataString(parsed.GetValue(subject)!)}", cancellation);
            if (parsed.GetValue(json))
            {
                await terminal.WriteLineAsync(text.TrimEnd('\n'));
                return ExitCode.Done;
            }

            using var document = Json.Parse(text);
            await Table(document.RootElement).WriteAsync(terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static TextTable Table(JsonElement trace)
    {
        var table = new TextTable("FOR", "NODE", "PATH", "COST", "RECEIVERS");
        var from = trace.Text("from");
        if (trace.Text("receiversHere") is not ("0" or "") and var here)
            table.Add("all", from, from, "0", here);
        foreach (var hop in trace.Items("nodes"))
            table.Add("all", hop.Text("node"), PathOf(hop), hop.Text("cost"), "");
        foreach (var queue in trace.Items("queues"))
        {
            if (queue.Text("membersHere") is not ("0" or "") and var members)
                table.Add($"one of {queue.Text("name")}", from, from, "0", members);
            foreach (var hop in queue.Items("elsewhere"))
                table.Add($"one of {queue.Text("name")}", hop.Text("node"), PathOf(hop), hop.Text("cost"), "");
        }

        return table;
    }

    private static string PathOf(JsonElement hop) =>
        hop.Items("path").Any() ? string.Join(" ", hop.Items("path").Select(node => node.GetString())) : "unreachable";
}
