namespace Anode.Cli.Commands;

/// <summary><c>anode experiment …</c>: what it is made of stands in a file each.</summary>
internal static class ExperimentCommand
{
    public const string Name = "experiment";
    public const string Description = "Break nodes on purpose under load, count everything, and judge";

    public static CliCommand Create(Terminal terminal) => new(Name, Description)
    {
        ExperimentRun.Create(terminal),
        ExperimentFolders.List(terminal),
        ExperimentFolders.Recheck(terminal),
        ExperimentFolders.Compare(terminal),
        ExperimentChecks.SelfTest(terminal),
        ExperimentChecks.Doctor(terminal),
        ExperimentChecks.Cleanup(terminal),
    };
}
