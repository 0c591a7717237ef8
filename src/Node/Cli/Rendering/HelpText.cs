using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;

namespace Anode.Cli.Rendering;

/// <summary>Commands → text for people; pure.</summary>
internal static class HelpText
{
    private const int Width = 100;
    private const int LeftMargin = 2;
    private const int Gap = 2;

    public static string OfProgram()
    {
        var text = new StringBuilder("anode: a messaging node in which every socket is a supervised actor\n\n");
        text.Append("Usage: anode [COMMAND] [options]\n");
        AppendRows(text, "Commands", [.. CommandTable.All.Select(command => (command.Name, command.Description))]);
        AppendRows(text, "Options", [("--help", "Show this, or with a COMMAND what it takes."), ("--version", "Show the version.")]);
        AppendRows(text, "Exit codes",
        [
            ("0", "done"),
            ("1", "failed while running"),
            ("2", "bad usage or configuration"),
            ("3", "no responders"),
            ("4", "timed out"),
            ("5", "experiment: FAIL"),
            ("6", "experiment: UNKNOWN, nothing can be said"),
            ("7", "experiment: aborted"),
        ]);
        return text.ToString().TrimEnd('\n');
    }

    public static string Of(CliCommand command)
    {
        var text = new StringBuilder(command.Description).Append("\n\n");
        text.Append("Usage: anode ").Append(command.Path).Append(' ');
        text.Append(command.Subcommands.Count > 0 ? string.Join('|', command.Subcommands.Select(c => c.Name)) : command.Synopsis).Append('\n');
        if (command.Notes.Length > 0)
            AppendWrapped(text.Append('\n'), command.Notes, indent: 0);
        AppendRows(text, "Commands", [.. command.Subcommands.OfType<CliCommand>().Select(c => ($"{c.Name} {c.Synopsis}".Replace(" [options]", ""), c.Description!))]);
        AppendRows(text, "Arguments", [.. command.Arguments.Select(a => (a.Name, a.Description!))]);
        AppendRows(text, "Options", [.. command.Options.Select(o => (o.HelpName is null ? o.Name : $"{o.Name} {o.HelpName}", o.Description!))]);
        if (command.Examples.Length > 0)
        {
            text.Append("\nExamples:\n");
            foreach (var example in command.Examples)
                text.Append(' ', LeftMargin).Append(example).Append('\n');
        }

        return text.ToString().TrimEnd('\n');
    }

    private static void AppendRows(StringBuilder text, string title, (string Left, string Right)[] rows)
    {
        if (rows.Length == 0)
            return;
        text.Append('\n').Append(title).Append(":\n");
        var column = LeftMargin + rows.Max(row => row.Left.Length) + Gap;
        foreach (var (left, right) in rows)
        {
            text.Append(' ', LeftMargin).Append(left).Append(' ', column - LeftMargin - left.Length);
            AppendWrapped(text, right, column);
        }
    }

    /// <summary>The first line stands where the text ends, the others under it.</summary>
    private static void AppendWrapped(StringBuilder text, string sentence, int indent)
    {
        var at = indent;
        foreach (var word in sentence.Split(' '))
        {
            if (at > indent && at + 1 + word.Length > Width)
            {
                text.Append('\n').Append(' ', indent);
                at = indent;
            }
            else if (at > indent)
            {
                text.Append(' ');
                at++;
            }

            text.Append(word);
            at += word.Length;
        }

        text.Append('\n');
    }

    /// <summary>What <c>--help</c> does.</summary>
    public sealed class Show(Terminal terminal) : AsynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override async Task<int> InvokeAsync(ParseResult parseResult, CancellationToken cancellationToken = default)
        {
            await terminal.WriteLineAsync(Of((CliCommand)parseResult.CommandResult.Command));
            return ExitCode.Done;
        }
    }
}
