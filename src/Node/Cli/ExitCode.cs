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
}
