using System.CommandLine;
using System.Text.Json;

namespace Anode.Cli.Commands;

/// <summary><c>anode endpoint suspend|resume|restart|stop NAME</c> and <c>anode endpoint move NAME NODE</c>.</summary>
internal static class EndpointCommand
{
    public const string Name = "endpoint";
    public const string Description = "Suspend, resume, restart, stop or move one endpoint";

    public static CliCommand Create(Terminal terminal) => new(Name, Description)
    {
        Verb(terminal, "suspend", "Stop accepting; open connections stay"),
        Verb(terminal, "resume", "Accept again after suspend, or try a failed endpoint now"),
        Verb(terminal, "restart", "Close the endpoint's own socket and open it anew; open connections stay"),
        Verb(terminal, "stop", "Close the endpoint and its connections for good"),
        Move(terminal),
    };

    private static CliCommand Move(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "Name of an endpoint with placement = cluster." };
        var to = new Argument<string>("NODE") { Description = "Name of the member that is to run it, as anode cluster shows it." };
        var command = new CliCommand($"{Name} move", "Let another member of the cluster run the endpoint; returns when it does")
        {
            Synopsis = "NAME NODE [options]",
            Notes = "Its connections end in good order, and clients come back at the new place. Any member can be asked.",
            Examples = [$"anode endpoint move front b"],
        };
        command.Arguments.Add(name);
        command.Arguments.Add(to);
        var api = new ApiFlags().AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (endpoint, target) = (parsed.GetRequiredValue(name), parsed.GetRequiredValue(to));
            using var node = api.Of(parsed);
            var body = JsonSerializer.Serialize(new Dictionary<string, string> { ["node"] = target });
            await node.PostAsync($"/api/endpoints/{Uri.EscapeDataString(endpoint)}/move", cancellation, body);
            await terminal.WriteLineAsync($"{endpoint}: runs on {target}");
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Verb(Terminal terminal, string verb, string description)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the endpoint, as anode endpoints shows it." };
        var command = new CliCommand($"{Name} {verb}", description)
        {
            Synopsis = "NAME [options]",
            Examples = [$"anode endpoint {verb} tcp-7400"],
        };
        command.Arguments.Add(name);
        var api = new ApiFlags().AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var endpoint = parsed.GetRequiredValue(name);
            using var node = api.Of(parsed);
            await node.PostAsync($"/api/endpoints/{Uri.EscapeDataString(endpoint)}/{verb}", cancellation);
            await terminal.WriteLineAsync($"{endpoint}: {verb} done");
            return ExitCode.Done;
        });
        return command;
    }
}
