using System.CommandLine;
using System.CommandLine.Help;
using System.Reflection;
using Anode.Cli.Commands;
using Anode.Cli.Rendering;

namespace Anode.Cli;

/// <summary>Arguments in, exit code out.</summary>
internal static class CommandLine
{
    private const int BrokenPipe = 32;

    // No @file that stands for arguments, as payloads may begin with an @, and no -abc for -a -b -c, as there are no short options.
    private static readonly ParserConfiguration Parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    public static async Task<int> RunAsync(string[] args, Terminal terminal)
    {
        try
        {
            return await DispatchAsync(args, terminal);
        }
        catch (CommandFailure failure)
        {
            await terminal.Error.WriteLineAsync($"anode: {failure.Message}");
            return failure.ExitCode;
        }
        catch (IOException e) when (e.HResult == BrokenPipe)
        {
            return ExitCode.Done; // the reader of our output has had enough
        }
    }

    private static Task<int> DispatchAsync(string[] args, Terminal terminal)
    {
        switch (args)
        {
            case ["--version"]:
                return SayAsync(terminal, $"anode {VersionOf()}");
            case ["--help" or "-h" or "-?" or "help"]:
                return SayAsync(terminal, HelpText.OfProgram());
            case [] or [['-', ..], ..]:
                return InvokeAsync(RunCommand.Create(terminal), args, terminal);
            default:
                var entry = CommandTable.All.FirstOrDefault(command => command.Name == args[0]);
                return entry is null ? throw Usage.UnknownCommand(args[0]) : InvokeAsync(entry.Create(terminal), args[1..], terminal);
        }
    }

    private static Task<int> InvokeAsync(CliCommand command, string[] args, Terminal terminal)
    {
        command.Options.Add(new HelpOption { Description = "Show this.", Recursive = true, Action = new HelpText.Show(terminal) });
        var parsed = command.Parse(args, Parsing);
        if (parsed.Action is not HelpText.Show)
            Usage.Check(parsed);
        return parsed.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            // Each command decides itself what a signal means.
            ProcessTerminationTimeout = null,
        });
    }

    private static async Task<int> SayAsync(Terminal terminal, string text)
    {
        await terminal.WriteLineAsync(text);
        return ExitCode.Done;
    }

    private static string VersionOf() =>
        typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
