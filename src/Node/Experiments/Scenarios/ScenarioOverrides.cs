using System.Globalization;
using Anode.Hosting.Configuration;

namespace Anode.Experiments.Scenarios;

/// <summary><c>--set key=value</c>: a scenario with some of its values replaced, as text that stands in the history like any other. Pure.</summary>
internal static class ScenarioOverrides
{
    /// <param name="text">Of a scenario that can be read.</param>
    /// <param name="assignments">Keys below <c>experiment</c>; an item of a list by its number: <c>workload.0.rate=50</c>.</param>
    /// <param name="error">What is wrong, with the assignment.</param>
    public static bool TryApply(string text, string file, IReadOnlyList<string> assignments, out string result, out string error)
    {
        (result, error) = (text, "");
        if (assignments.Count == 0)
            return true;
        if (!HoconReader.TryReadDocument(text, file, out var root, out var wrong))
        {
            error = wrong.ToString();
            return false;
        }

        ConfigNode tree = root;
        foreach (var assignment in assignments)
        {
            var equals = assignment.IndexOf('=');
            var origin = new Origin("--set", 0);
            if (equals < 1)
            {
                error = $"--set: '{assignment}' is not key=value";
                return false;
            }

            // A shell has its own quotes: a single value is taken as it is.
            var right = assignment[(equals + 1)..].Trim();
            ConfigNode? value = new ConfigScalar(right, origin);
            if (!HoconReader.TryReadKey(assignment[..equals].Trim(), origin, out var path, out wrong)
                || (right.Length > 0 && right[0] is '[' or '{' or '"' && !HoconReader.TryReadValue(right, origin, out value, out wrong)))
            {
                error = $"--set: '{assignment}': {wrong!.Message}";
                return false;
            }

            if (With(tree, ["experiment", .. path], value) is not { } changed)
            {
                error = $"--set: '{assignment}': there is no such item";
                return false;
            }

            tree = changed;
        }

        result = HoconText.Write((ConfigBlock)tree);
        return true;
    }

    /// <summary>Null: a list has no such item.</summary>
    private static ConfigNode? With(ConfigNode tree, ReadOnlySpan<string> path, ConfigNode value)
    {
        if (path.Length == 0)
            return value;
        if (tree is ConfigList list)
        {
            return int.TryParse(path[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Items.Length
                && With(list.Items[index], path[1..], value) is { } item ? list with { Items = list.Items.SetItem(index, item) } : null;
        }

        var block = tree as ConfigBlock ?? ConfigBlock.Empty(value.Origin);
        return With(block.Items.GetValueOrDefault(path[0]) ?? ConfigBlock.Empty(value.Origin), path[1..], value) is { } inner
            ? block with { Items = block.Items.SetItem(path[0], inner) } : null;
    }
}
