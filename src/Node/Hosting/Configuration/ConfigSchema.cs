using System.Globalization;

namespace Anode.Hosting.Configuration;

/// <summary>Which keys there are: those of the embedded <c>hocon.conf</c>, and for items of lists those of the block beside it.</summary>
internal sealed class ConfigSchema
{
    /// <summary>Each costs a search among all keys.</summary>
    private const int MaxErrors = 50;

    /// <summary>Lists of blocks: where their items' keys and defaults stand, and the keys that have no default because they name the item.</summary>
    private static readonly Dictionary<string, (string? Defaults, string[] Own)> Lists = new(StringComparer.Ordinal)
    {
        ["node.listeners"] = ("node.listener-defaults", ["name", "address"]),
        ["node.dialers"] = ("node.dialer-defaults", ["name", "address"]),
        ["node.peers"] = ("node.peer-defaults", ["name", "address"]),
        ["node.security.users"] = (null, ["user", "password"]),
    };

    /// <summary>Blocks that can be switched off as a whole.</summary>
    private static readonly string[] Switchable = ["keep-alive"];

    private readonly ConfigBlock _builtIn;
    private readonly string[] _keys;

    public ConfigSchema(ConfigBlock builtIn)
    {
        _builtIn = builtIn;
        _keys = [.. AllKeys(builtIn, "")];
    }

    /// <summary>Every key under <c>node</c>, those of list items as <c>node.listeners[].backlog</c>.</summary>
    public IEnumerable<string> NodeKeys => _keys.Where(key => key.StartsWith("node.", StringComparison.Ordinal));

    public static string? DefaultsOf(string list) => Lists.GetValueOrDefault(list).Defaults;

    /// <summary>True if the key is a single value, so that text for it needs no quotes in an environment variable or <c>--set</c>.</summary>
    public bool IsScalar(ReadOnlySpan<string> path) => _builtIn.Find(path) is ConfigScalar;

    /// <summary>Unknown keys and values of the wrong shape, sorted by where they stand.</summary>
    public IEnumerable<ConfigError> Check(ConfigBlock root)
    {
        foreach (var (key, value) in root.Items)
        {
            if (key is not ("node" or "akka"))
                yield return value.Origin.Error(
                    key, $"unknown block '{key}': a configuration has the blocks node and akka (did you mean '{NearestToTop(key)}'?)");
            else if (value is not ConfigBlock)
                yield return value.Origin.Error(key, $"{key} is a block: write {key} {{ … }}");
        }

        if (root.Items.GetValueOrDefault("node") is ConfigBlock node && _builtIn.Items["node"] is ConfigBlock known)
        {
            foreach (var error in CheckBlock(node, known, "node", "node").Take(MaxErrors))
                yield return error;
        }
    }

    private IEnumerable<ConfigError> CheckBlock(ConfigBlock block, ConfigBlock known, string path, string schemaPath) =>
        block.Items.SelectMany(item => known.Items.TryGetValue(item.Key, out var expected)
            ? CheckShape(item.Value, expected, KeyPath.Child(path, item.Key), $"{schemaPath}.{item.Key}")
            : [Unknown(item.Value, KeyPath.Child(path, item.Key), $"{schemaPath}.{item.Key}")]);

    private IEnumerable<ConfigError> CheckShape(ConfigNode value, ConfigNode expected, string path, string schemaPath) =>
        (value, expected) switch
        {
            (ConfigBlock block, ConfigBlock known) => CheckBlock(block, known, path, schemaPath),
            (ConfigList list, ConfigList) => list.Items.SelectMany((item, i) => CheckItem(
                item, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), schemaPath)),
            (ConfigScalar, ConfigScalar) => [],
            (ConfigScalar, ConfigBlock) when Switchable.Contains(KeyPath.Leaf(schemaPath)) => [],
            (_, ConfigBlock) => [value.Origin.Error(path, $"{path} is a block: write {path} {{ … }}")],
            (_, ConfigList) => [value.Origin.Error(path, $"{path} is a list: write {path} = [ … ]")],
            _ => [value.Origin.Error(path, $"{path} is a single value, not a {(value is ConfigList ? "list" : "block")}")],
        };

    private IEnumerable<ConfigError> CheckItem(ConfigNode item, string path, string list) =>
        (item, ItemSchema(list)) switch
        {
            (ConfigBlock block, { } known) => CheckBlock(block, known, path, $"{list}[]"),
            (ConfigScalar, null) => [],
            (_, null) => [item.Origin.Error(path, $"{path} is a single value, not a {(item is ConfigList ? "list" : "block")}")],
            _ => [item.Origin.Error(path, $"{path} is a block: write {{ {string.Join(", ", Lists[list].Own.Select(key => $"{key} = …"))} }}")],
        };

    private ConfigBlock? ItemSchema(string list)
    {
        if (!Lists.TryGetValue(list, out var item))
            return null;
        var keys = item.Defaults is null ? ConfigBlock.Empty(default) : (ConfigBlock)_builtIn.Find(item.Defaults.Split('.'))!;
        return item.Own.Aggregate(keys, (block, key) => block.With([key], new ConfigScalar("", default)));
    }

    private ConfigError Unknown(ConfigNode value, string path, string schemaPath) =>
        value.Origin.Error(path, $"unknown key '{path}': did you mean '{Nearest(schemaPath)}'?");

    /// <summary>A mistyped block, or a key whose block was forgotten.</summary>
    private string NearestToTop(string key) =>
        Array.Find(["node", "akka"], block => NearestKey.Distance(key[..Math.Min(key.Length, 8)], block) <= 2) ?? Nearest($"node.{key}");

    private string Nearest(string schemaPath) => NearestKey.Find(schemaPath, NodeKeys) ?? "node";

    private IEnumerable<string> AllKeys(ConfigNode node, string path)
    {
        if (node is ConfigList && ItemSchema(path) is { } item)
            return item.Items.SelectMany(child => AllKeys(child.Value, $"{path}[].{child.Key}")).Prepend(path);
        if (node is not ConfigBlock block)
            return [path];
        var inner = block.Items.SelectMany(child => AllKeys(child.Value, KeyPath.Child(path, child.Key)));
        return path.Length == 0 ? inner : inner.Prepend(path);
    }
}
