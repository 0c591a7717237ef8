namespace Anode.Hosting.Configuration;

/// <summary>What the machine contributes where the configuration leaves a name or a folder open.</summary>
internal sealed record Surroundings(string HostName, string RuntimeDir)
{
    public static readonly Surroundings None = new("", "");

    /// <summary>
    /// <c>XDG_RUNTIME_DIR</c> is the user's own folder and goes with the session (XDG base directory specification); the
    /// temp directory is what is left for services and containers without a session.
    /// </summary>
    public static Surroundings Of(IReadOnlyDictionary<string, string> environment) => new(
        Environment.MachineName,
        environment.TryGetValue("XDG_RUNTIME_DIR", out var dir) && Path.IsPathFullyQualified(dir) ? dir : Path.TrimEndingDirectorySeparator(Path.GetTempPath()));
}
