namespace Anode.Hosting.Configuration;

/// <summary>What the readers of one tree share.</summary>
/// <param name="effective">All layers merged.</param>
/// <param name="builtIn">The embedded defaults alone.</param>
internal sealed class ReadingContext(ConfigBlock effective, ConfigBlock builtIn)
{
    public List<ConfigError> Errors { get; } = [];

    /// <summary>Every key that some option asked for; the test that no key of <c>hocon.conf</c> is dead reads it.</summary>
    public HashSet<string> Read { get; } = new(StringComparer.Ordinal);

    /// <summary>How many values were wrong and have been replaced: from there on, conclusions from several values are not drawn.</summary>
    public int Doubts { get; set; }

    /// <summary>Where an item of a list finds what it leaves out: the user's defaults for all items, then the built-in ones.</summary>
    public Scope[] DefaultsOf(string list) =>
        ConfigSchema.DefaultsOf(list) is not { } path ? []
        : [.. new[] { effective, builtIn }.Select(tree => tree.Find(path.Split('.'))).OfType<ConfigBlock>().Select(block => new Scope(path, block))];
}
