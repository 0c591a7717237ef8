using System.CommandLine;
using Anode.Hosting.Configuration;

namespace Anode.Cli.Commands;

/// <summary><c>anode config check FILE</c> and <c>anode config show</c>.</summary>
internal static class ConfigCommand
{
    public const string Name = "config";
    public const string Description = "Check a configuration file, or show what is in effect";

    public static CliCommand Create(Terminal terminal) => new(Name, Description)
    {
        Check(terminal),
        Show(terminal),
    };

    private static CliCommand Check(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "Configuration file." };
        var command = new CliCommand("config check", "Say what is wrong with a configuration file, and where")
        {
            Synopsis = "FILE",
            Notes = "Prints ok, or every error as FILE:LINE: sentence and ends with 2. The environment is left out of it.",
            Examples = ["anode config check plant.conf"],
        };
        command.Arguments.Add(file);
        command.SetAction(async (parsed, _) =>
        {
            var result = ConfigLoader.Check(parsed.GetRequiredValue(file));
            if (result.IsValid)
            {
                await terminal.WriteLineAsync("ok");
                return ExitCode.Done;
            }

            // Without the program's name in front, so that editors and terminals can follow them.
            foreach (var error in result.Errors)
                await terminal.Error.WriteLineAsync(error.ToString());
            return ExitCode.Usage;
        });
        return command;
    }

    private static CliCommand Show(Terminal terminal)
    {
        var flags = new ConfigFlags();
        var command = new CliCommand("config show", "Show the configuration a node would run with")
        {
            Synopsis = "[options]",
            Notes = "Defaults, file, environment and options merged, every key, secrets masked. The options are those of anode run.",
            Examples = ["anode config show --config plant.conf --set node.drain-timeout=5s"],
        };
        flags.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            await terminal.WriteLineAsync(ConfigText.Show(flags.Load(parsed)).TrimEnd());
            return ExitCode.Done;
        });
        return command;
    }
}
