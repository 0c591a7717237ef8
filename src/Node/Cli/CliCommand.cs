using System.CommandLine;

namespace Anode.Cli;

/// <summary>A command with what its help says beyond names and descriptions.</summary>
/// <param name="path">All words of its call, <c>config check</c>; the last is its name.</param>
/// <param name="description">One sentence, without a full stop.</param>
internal sealed class CliCommand(string path, string description) : Command(path.Split(' ')[^1], description)
{
    /// <summary>As one types it to come here.</summary>
    public string Path { get; } = path;

    /// <summary>Arguments as the usage line shows them.</summary>
    public string Synopsis { get; init; } = "";

    /// <summary>What needs more than one sentence; empty if nothing does.</summary>
    public string Notes { get; init; } = "";

    public string[] Examples { get; init; } = [];
}
