using System.CommandLine;

namespace Anode.Cli.Commands;

/// <summary><c>anode endpoint suspend|resume|restart|stop NAME</c>.</summary>
internal static class EndpointCommand
{
    public const string Name = "endpoint";
    public const string Description = "Suspend, resume, restart or stop one endpoint";

    public static CliCommand Create(Terminal terminal) => new(Name, Description)
    {
        Verb(terminal, "suspend", "Stop accepting; open connections stay"),
        Verb(terminal, "resume", "Accept again after suspend, or try a failed endpoint now"),
        Verb(terminal, "restart", "Close the endpoint's own socket and open it anew; open connections stay"),
        Verb(terminal, "stop", "Close the endpoint and its connections for good"),
    };

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
