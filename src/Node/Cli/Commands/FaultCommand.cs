using System.CommandLine;
using System.Text.Json;
using Anode.Cli.Operator;
using Anode.Cli.Rendering;
using Anode.Faults;

namespace Anode.Cli.Commands;

/// <summary><c>anode fault add|list|remove</c>.</summary>
internal static class FaultCommand
{
    public const string Name = "fault";
    public const string Description = "Break something on purpose, see what that did, and end it";

    public static CliCommand Create(Terminal terminal) => new(Name, Description)
    {
        Add(terminal),
        List(terminal),
        Remove(terminal),
    };

    private static CliCommand Add(Terminal terminal)
    {
        var kind = new Argument<string>("KIND") { Description = $"One of {string.Join(", ", FaultKinds.Names)}." };
        var target = new Argument<string>("TARGET") { Description = "node, endpoint:NAME, protocol:NAME, connection:ID, link:NODE, member:NODE or actor:PATH." };
        var settings = new Argument<string[]>("KEY=VALUE")
        {
            Description = "Settings of the kind; and of every kind: for=10s, probability=0.1, direction=in|out|both, seed=N, id=NAME.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new CliCommand($"{Name} add", "Begin a fault; prints its id")
        {
            Synopsis = "KIND TARGET [KEY=VALUE]... [options]",
            Notes = "It ends by itself after for (60 s unless said otherwise). The node needs node.faults.enabled = on.",
            Examples = [$"anode fault add latency endpoint:tcp-7400 latency=50ms jitter=20ms for=30s", "anode fault add loss protocol:native probability=0.1 seed=7"],
        };
        command.Arguments.Add(kind);
        command.Arguments.Add(target);
        command.Arguments.Add(settings);
        var api = new ApiFlags().AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            FaultFields fields;
            try
            {
                fields = FaultFields.Of([parsed.GetRequiredValue(kind), parsed.GetRequiredValue(target), .. parsed.GetValue(settings) ?? []]);
            }
            catch (FaultException e)
            {
                throw CommandFailure.Usage(e.Message);
            }

            using var node = api.Of(parsed);
            using var answer = Json.Parse(await node.PostAsync("/api/faults", cancellation, fields.ToJson()));
            await terminal.WriteLineAsync(answer.RootElement.Text("id"));
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand List(Terminal terminal) => View.Create(
        terminal, $"{Name} list", "List the faults that go on, and those that have ended",
        "HITS is what the kind counts: calls, connections, frames or pieces; EVIDENCE says it in words.",
        "/api/faults", Table);

    private static TextTable Table(JsonElement faults)
    {
        var table = new TextTable("ID", "KIND", "TARGET", "DIRECTION", "P", "HITS", "DROPPED", "STATE", "EVIDENCE");
        foreach (var fault in faults.Items("faults"))
        {
            table.Add(
                fault.Text("id"), fault.Text("kind"), fault.Text("target"), fault.Text("direction"), fault.Text("probability"), fault.Text("hits"),
                fault.Text("dropped"), fault.Text("ended") is { Length: > 0 } ended ? ended : fault.Text("begun") == "false" ? "planned" : "active", fault.Text("evidence"));
        }

        return table;
    }

    private static CliCommand Remove(Terminal terminal)
    {
        var id = new Argument<string>("ID") { Description = "Of the fault, as anode fault list shows it; all for every one." };
        var command = new CliCommand($"{Name} remove", "End a fault; prints what it did")
        {
            Synopsis = "ID|all [options]",
            Examples = ["anode fault remove f1", "anode fault remove all"],
        };
        command.Arguments.Add(id);
        var api = new ApiFlags().AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(id);
            using var node = api.Of(parsed);
            var text = await node.DeleteAsync(name == "all" ? "/api/faults" : $"/api/faults/{Uri.EscapeDataString(name)}", cancellation);
            using var answer = Json.Parse(text);
            foreach (var fault in answer.RootElement.ValueKind == JsonValueKind.Array ? [.. answer.RootElement.EnumerateArray()] : new[] { answer.RootElement })
                await terminal.WriteLineAsync($"{fault.Text("id")}: {fault.Text("kind")} on {fault.Text("target")}: {(fault.Text("evidence") is { Length: > 0 } evidence ? evidence : "nothing happened")}");
            return ExitCode.Done;
        });
        return command;
    }
}
