namespace Anode.Cli;

/// <summary>Ends a command with a sentence for its user. What is not one of these is our own bug and keeps its stack trace.</summary>
internal sealed class CommandFailure(int exitCode, string sentence) : Exception(sentence)
{
    public int ExitCode { get; } = exitCode;

    public static CommandFailure Failed(string sentence) => new(Cli.ExitCode.Failed, sentence);

    public static CommandFailure Usage(string sentence) => new(Cli.ExitCode.Usage, sentence);

    public static CommandFailure TimedOut(string sentence) => new(Cli.ExitCode.TimedOut, sentence);
}
