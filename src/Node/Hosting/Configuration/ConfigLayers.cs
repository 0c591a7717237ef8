using System.Collections.Immutable;

namespace Anode.Hosting.Configuration;

/// <summary>Everything that lies over the file, each as a tree: environment, <c>--set</c>, flags.</summary>
internal sealed class ConfigLayers(ConfigSchema schema, List<ConfigError> errors)
{
    private const string Prefix = "ANODE_";

    private static readonly Origin Nowhere = new("", 0);

    /// <summary><c>ANODE_NODE__DRAIN_TIMEOUT=5s</c> and <c>ANODE_AKKA__LOGLEVEL=DEBUG</c>; other variables are somebody else's.</summary>
    public ConfigBlock FromEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        var tree = ConfigBlock.Empty(Nowhere);
        foreach (var (variable, value) in environment.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            if (!variable.StartsWith($"{Prefix}NODE__", StringComparison.Ordinal) && !variable.StartsWith($"{Prefix}AKKA__", StringComparison.Ordinal))
                continue;
            var path = variable[Prefix.Length..].ToLowerInvariant().Split("__").Select(part => part.Replace('_', '-')).ToArray();
            var origin = new Origin(variable, 0);
            if (path.Contains("") || path.Length > HoconReader.MaxDepth)
                errors.Add(origin.Error(KeyPath.Join(path), $"'{variable}' is not a key: write {Prefix}NODE__KEY, or {Prefix}NODE__BLOCK__KEY"));
            else
                tree = Add(tree, path, value, origin);
        }

        return tree;
    }

    public ConfigBlock FromFlags(Overrides overrides)
    {
        var tree = overrides.Set.Aggregate(ConfigBlock.Empty(Nowhere), AddAssignment);
        tree = AddFlag(tree, "--name", ["node", "name"], overrides.Name);
        tree = AddFlag(tree, "--http", ["node", "http", "address"], overrides.Http);
        tree = AddFlag(tree, "--log-level", ["node", "log", "level"], overrides.LogLevel);
        tree = AddFlag(tree, "--log-format", ["node", "log", "format"], overrides.LogFormat);
        tree = AddFlag(tree, "--cluster", ["node", "cluster", "address"], overrides.Cluster);
        tree = AddFlags(tree, "--seed", ["node", "cluster", "seeds"], overrides.Seeds);
        tree = AddFlags(tree, "--peer", ["node", "peers"], overrides.Peers);
        return AddFlags(tree, "--listen", ["node", "listeners"], overrides.Listen);
    }

    /// <summary>Turns endpoints written as one line into the blocks they stand for.</summary>
    public ConfigBlock ExpandUris(ConfigBlock root) => Expand(Expand(Expand(root, "listeners"), "dialers"), "peers");

    private ConfigBlock Expand(ConfigBlock root, string list)
    {
        if (root.Find(["node", list]) is not ConfigList items)
            return root;
        var expanded = ImmutableArray.CreateBuilder<ConfigNode>(items.Items.Length);
        foreach (var item in items.Items)
        {
            if (item is not ConfigScalar uri)
                expanded.Add(item);
            else if (ListenUri.TryParse(uri.Text, uri.Origin, out var block, out var error))
                expanded.Add(block);
            else
                errors.Add(error);
        }

        return root.With(["node", list], items with { Items = expanded.ToImmutable() });
    }

    private ConfigBlock AddAssignment(ConfigBlock tree, string assignment)
    {
        var origin = new Origin("--set", 0);
        var equals = assignment.IndexOf('=');
        if (equals < 0)
        {
            errors.Add(origin.Error("", $"'{assignment}' has no '=': write --set key=value"));
            return tree;
        }

        if (HoconReader.TryReadKey(assignment[..equals].Trim(), origin, out var path, out var error))
            return Add(tree, path, assignment[(equals + 1)..], origin);
        errors.Add(error with { Message = $"'{assignment}': {error.Message}" });
        return tree;
    }

    private static ConfigBlock AddFlag(ConfigBlock tree, string flag, string[] path, string? value) =>
        value is null ? tree : tree.With(path, new ConfigScalar(value, new Origin(flag, 0)));

    private static ConfigBlock AddFlags(ConfigBlock tree, string flag, string[] path, IReadOnlyList<string> values)
    {
        var origin = new Origin(flag, 0);
        return values.Count == 0 ? tree : tree.With(path, new ConfigList([.. values.Select(value => new ConfigScalar(value, origin))], origin));
    }

    /// <summary>
    /// A shell has its own quotes, so single values are taken as they are. Lists, blocks and text in quotes are HOCON; but
    /// <c>[::1]:7480</c> for a key that wants one value is not a list.
    /// </summary>
    private ConfigBlock Add(ConfigBlock tree, string[] path, string text, Origin origin)
    {
        var trimmed = text.Trim();
        var isHocon = trimmed is ['"', .., '"'] || (trimmed is ['[' or '{', ..] && !schema.IsScalar(path));
        if (!isHocon)
            return tree.With(path, new ConfigScalar(text, origin));
        if (HoconReader.TryReadValue(trimmed, origin, out var value, out var error))
            return tree.With(path, value);
        errors.Add(error with { Key = KeyPath.Join(path), Message = $"{KeyPath.Join(path)}: {error.Message}" });
        return tree;
    }
}
