using System.CommandLine;

namespace Anode.Cli.Commands;

/// <summary>A secret that the environment may hold: other users of the machine can read command lines.</summary>
internal sealed class TokenFlag
{
    private const string Variable = "ANODE_TOKEN";

    private readonly Option<string?> _token = Flag.Text("--token", "TEXT", $"Token. Default: the environment's {Variable}.");

    public void AddTo(Command command) => command.Options.Add(_token);

    public string? Of(ParseResult parsed) => parsed.GetValue(_token) ?? Environment.GetEnvironmentVariable(Variable) switch
    {
        "" => null,
        var token => token,
    };
}
