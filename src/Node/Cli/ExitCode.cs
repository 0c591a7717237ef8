namespace Anode.Cli;

/// <summary>What the program ends with. Scripts rely on the numbers.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Failed while running.</summary>
    public const int Failed = 1;

    /// <summary>Bad usage or configuration.</summary>
    public const int Usage = 2;

    public const int NoResponders = 3;

    public const int TimedOut = 4;

    /// <summary>An experiment saw what it must not see.</summary>
    public const int ExperimentFailed = 5;

    /// <summary>An experiment could not tell.</summary>
    public const int ExperimentUnknown = 6;

    /// <summary>An experiment was ended by its user, or took too long.</summary>
    public const int Aborted = 7;
}
