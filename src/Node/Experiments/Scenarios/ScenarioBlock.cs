using System.Globalization;
using Anode.Hosting.Configuration;

namespace Anode.Experiments.Scenarios;

/// <summary>
/// One block of a scenario while it is read: every key asked for is a valid one, so what is left at the end is not, and the nearest valid key is named.
/// </summary>
internal sealed class ScenarioBlock(ConfigBlock block, string path, List<ConfigError> errors)
{
    public delegate bool Parser<T>(string text, out T value);

    private readonly SortedSet<string> _known = new(StringComparer.Ordinal);

    public string Path => path;

    public bool Has(string key) => Find(key) is not null;

    public string Text(string key, string fallback) => Find(key) switch
    {
        null => fallback,
        ConfigScalar scalar => scalar.Text,
        { } other => Wrong(other, key, "is not a single value", fallback),
    };

    public T Value<T>(string key, T fallback, Parser<T> parser, string expected)
    {
        if (Find(key) is not { } node)
            return fallback;
        if (node is not ConfigScalar scalar)
            return Wrong(node, key, "is not a single value", fallback);
        return parser(scalar.Text, out var value) ? value : Wrong(node, key, $"= '{scalar.Text}' is not {expected}", fallback);
    }

    public TimeSpan Duration(string key, TimeSpan fallback) => Value<TimeSpan>(key, fallback, Units.TryParseDuration, "a duration like 250ms, 5s or 2m");

    public int Count(string key, int fallback, int least = 0, int most = int.MaxValue) => Value(
        key, fallback, (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most,
        most == int.MaxValue ? $"a whole number from {least} up" : $"a whole number from {least} to {most}");

    public double Rate(string key, double fallback) => Value(
        key, fallback,
        (string text, out double value) => double.TryParse(
            text.EndsWith("/s", StringComparison.Ordinal) ? text[..^2] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)
            && value is > 0 and <= 1_000_000,
        "messages per second, like 500");

    public double Share(string key, double fallback) => Value<double>(key, fallback, TryShare, "a share: write 90% or 0.9");

    public bool Switch(string key, bool fallback) => Value(
        key, fallback,
        (string text, out bool value) =>
        {
            value = text is "on" or "true" or "yes";
            return value || text is "off" or "false" or "no";
        },
        "on or off");

    public string OneOf(string key, string fallback, params string[] words) => Value(
        key, fallback,
        (string text, out string value) =>
        {
            value = text;
            return words.Contains(text);
        },
        $"one of {string.Join(", ", words)}");

    /// <summary>A single word counts as a list of one.</summary>
    public string[] Words(string key, params string[] fallback) => Find(key) switch
    {
        null => fallback,
        ConfigScalar scalar => [scalar.Text],
        ConfigList list when list.Items.All(item => item is ConfigScalar) => [.. list.Items.Cast<ConfigScalar>().Select(item => item.Text)],
        { } other => Wrong(other, key, "is not a list of names", fallback),
    };

    /// <summary>Empty when it is not there.</summary>
    public ScenarioBlock Block(string key) => Find(key) switch
    {
        ConfigBlock inner => new ScenarioBlock(inner, $"{path}.{key}", errors),
        null => new ScenarioBlock(ConfigBlock.Empty(block.Origin), $"{path}.{key}", errors),
        { } other => Wrong(other, key, "is not a block { … }", new ScenarioBlock(ConfigBlock.Empty(block.Origin), $"{path}.{key}", errors)),
    };

    /// <summary>As it stands, for somebody else to read.</summary>
    public ConfigBlock? Tree(string key) => Find(key) as ConfigBlock;

    /// <summary>A list of blocks; a block by itself counts as a list of one.</summary>
    public ScenarioBlock[] Blocks(string key)
    {
        switch (Find(key))
        {
            case null:
                return [];
            case ConfigBlock one:
                return [new ScenarioBlock(one, $"{path}.{key}", errors)];
            case ConfigList list when list.Items.All(item => item is ConfigBlock):
                return [.. list.Items.Cast<ConfigBlock>().Select((item, i) => new ScenarioBlock(item, $"{path}.{key}[{i}]", errors))];
            case { } other:
                return Wrong<ScenarioBlock[]>(other, key, "is not a list of blocks { … }", []);
        }
    }

    /// <summary>Every key of this block with its block; for blocks whose keys are names.</summary>
    public IEnumerable<(string Name, ScenarioBlock Block)> Named()
    {
        foreach (var (name, node) in block.Items)
        {
            _known.Add(name);
            if (node is ConfigBlock inner)
                yield return (name, new ScenarioBlock(inner, $"{path}.{name}", errors));
            else
                Wrong(node, name, "is not a block { … }", 0);
        }
    }

    /// <summary>Keys nobody asked for, as text: what a fault's own kind takes.</summary>
    public SortedDictionary<string, string> Rest()
    {
        var rest = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, node) in block.Items)
        {
            if (_known.Add(key) && node is ConfigScalar scalar)
                rest[key] = scalar.Text;
        }

        return rest;
    }

    public void Require(bool valid, string key, string complaint)
    {
        if (!valid)
            Wrong(block.Items.GetValueOrDefault(key) ?? block, key, complaint, 0);
    }

    /// <summary>To be called once everything has been asked for.</summary>
    public void Done()
    {
        foreach (var (key, node) in block.Items)
        {
            if (_known.Contains(key))
                continue;
            var nearest = NearestKey.Find($"{path}.{key}", _known.Select(known => $"{path}.{known}"));
            errors.Add(node.Origin.Error($"{path}.{key}", $"unknown key {path}.{key}{(nearest is null ? "" : $"; did you mean {nearest}?")}"));
        }
    }

    public static bool TryShare(string text, out double value)
    {
        var percent = text.EndsWith('%');
        var valid = double.TryParse(percent ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
        value = percent ? value / 100 : value;
        return valid && value is >= 0 and <= 1;
    }

    private ConfigNode? Find(string key)
    {
        _known.Add(key);
        return block.Items.GetValueOrDefault(key);
    }

    private T Wrong<T>(ConfigNode at, string key, string complaint, T fallback)
    {
        errors.Add(at.Origin.Error($"{path}.{key}", $"{path}.{key} {complaint}"));
        return fallback;
    }
}
