using System.CommandLine;
using System.CommandLine.Parsing;
using Anode.Hosting.Configuration;

namespace Anode.Cli;

/// <summary>What is wrong with a call, in a sentence that names the flag or argument.</summary>
internal static class Usage
{
    public static void Check(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command as CliCommand;
        if (Complaint(parsed) is { } complaint)
            throw Wrong(command?.Path ?? "", complaint);
    }

    /// <summary>For what only shows when all is put together.</summary>
    public static CommandFailure Wrong(string commandPath, string complaint) => CommandFailure.Usage($"{complaint}\nSee 'anode {commandPath} --help'.");

    public static CommandFailure UnknownCommand(string name) =>
        CommandFailure.Usage($"unknown command '{name}'{DidYouMean(name, CommandTable.All.Select(command => command.Name))}\nSee 'anode --help'.");

    private static string? Complaint(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        // The parser takes an option it does not know for an argument as long as it wants one.
        if (parsed.UnmatchedTokens.Concat(ArgumentTokens(parsed)).FirstOrDefault(IsOption) is { } option)
            return $"unknown option '{option}'{DidYouMean(option, command.Options.Select(o => o.Name))}";
        if (parsed.UnmatchedTokens is [var first, ..])
            return command.Subcommands.Count > 0
                ? $"unknown command '{first}'{DidYouMean(first, command.Subcommands.Select(c => c.Name))}"
                : $"unexpected argument '{first}'";
        if (parsed.Errors is not [var error, ..])
            return null;
        return error.SymbolResult switch
        {
            ArgumentResult { Tokens.Count: 0, Argument: var argument } => $"{argument.Name} is missing",
            OptionResult { Tokens.Count: 0, Option: { HelpName: { } value } missing } => $"{missing.Name} needs a value: {missing.Name} {value}",
            OptionResult { IdentifierTokenCount: > 1, Option: var twice } when error.Message.StartsWith("Option ", StringComparison.Ordinal) => $"{twice.Name} was given more than once",
            CommandResult { Command: { Subcommands: { Count: > 0 } subcommands } } => $"a command is missing: {string.Join(", ", subcommands.Select(c => c.Name))}",
            _ => error.Message,
        };
    }

    /// <summary>What became arguments before a <c>--</c>.</summary>
    private static IEnumerable<string> ArgumentTokens(ParseResult parsed)
    {
        var before = parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).ToHashSet(ReferenceEqualityComparer.Instance);
        return parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(result => result.Tokens).Where(before.Contains).Select(token => token.Value);
    }

    private static bool IsOption(string token) => token.Length > 1 && token[0] == '-';

    private static string DidYouMean(string given, IEnumerable<string> valid)
    {
        // More than a third of the letters wrong is another word.
        var nearest = valid.MinBy(candidate => NearestKey.Distance(given, candidate));
        return nearest is not null && NearestKey.Distance(given, nearest) <= Math.Max(1, nearest.Length / 3) ? $", did you mean {nearest}?" : "";
    }
}
