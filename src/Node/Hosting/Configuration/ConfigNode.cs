using System.Collections.Immutable;

namespace Anode.Hosting.Configuration;

/// <summary>Where a value was written.</summary>
internal readonly record struct Origin(string File, int Line)
{
    private const int MaxMessage = 480;

    /// <summary>Messages quote what was written; of a very long text the ends say enough.</summary>
    public ConfigError Error(string key, string message) =>
        new(File, Line, key, message.Length <= MaxMessage ? message : $"{message.AsSpan(0, MaxMessage / 2)} … {message.AsSpan(message.Length - (MaxMessage / 2))}");
}

/// <summary>
/// Configuration as a tree in which every value still knows where it came from, so that a wrong value found after all
/// layers have been merged is reported at the line, variable or flag that set it.
/// </summary>
internal abstract record ConfigNode(Origin Origin);

/// <summary>A single value; all scalars of HOCON are text until an option says what it wants.</summary>
internal sealed record ConfigScalar(string Text, Origin Origin) : ConfigNode(Origin);

internal sealed record ConfigList(ImmutableArray<ConfigNode> Items, Origin Origin) : ConfigNode(Origin);

internal sealed record ConfigBlock(ImmutableSortedDictionary<string, ConfigNode> Items, Origin Origin) : ConfigNode(Origin)
{
    /// <summary>Sorted, so that everything derived from a tree comes out the same each time.</summary>
    public static ConfigBlock Empty(Origin origin) => new(ImmutableSortedDictionary.Create<string, ConfigNode>(StringComparer.Ordinal), origin);

    public ConfigNode? Find(ReadOnlySpan<string> path)
    {
        ConfigNode? node = this;
        foreach (var key in path)
            node = (node as ConfigBlock)?.Items.GetValueOrDefault(key);
        return node;
    }

    /// <summary>This tree with <paramref name="value"/> at <paramref name="path"/>: blocks merge, everything else replaces.</summary>
    public ConfigBlock With(ReadOnlySpan<string> path, ConfigNode value)
    {
        var key = path[0];
        var old = Items.GetValueOrDefault(key);
        var replacement = path.Length > 1
            ? (old as ConfigBlock ?? Empty(value.Origin)).With(path[1..], value)
            : Merge(old, value);
        return this with { Items = Items.SetItem(key, replacement) };
    }

    /// <summary>This tree under <paramref name="upper"/>: where both have a value, the upper one counts.</summary>
    public ConfigBlock MergedWith(ConfigBlock upper)
    {
        var items = Items.ToBuilder();
        foreach (var (key, value) in upper.Items)
            items[key] = Merge(items.GetValueOrDefault(key), value);
        return new ConfigBlock(items.ToImmutable(), upper.Origin);
    }

    private static ConfigNode Merge(ConfigNode? lower, ConfigNode upper) =>
        lower is ConfigBlock below && upper is ConfigBlock above ? below.MergedWith(above) : upper;
}
