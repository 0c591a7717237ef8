namespace Anode.Hosting.Configuration;

/// <summary>Bounds that several options share.</summary>
internal static class Bounds
{
    public static readonly TimeSpan Zero = TimeSpan.Zero;

    public static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    public static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Longer than any sensible wait, and far below the 24.8 days at which .NET's timers overflow.</summary>
    public static readonly TimeSpan Day = TimeSpan.FromHours(24);

    public const long KiB = 1024;
    public const long MiB = 1024 * KiB;
    public const long GiB = 1024 * MiB;
}
