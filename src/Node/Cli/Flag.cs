using System.CommandLine;
using System.CommandLine.Parsing;

namespace Anode.Cli;

/// <summary>Options that say in one sentence what is wrong with their value.</summary>
internal static class Flag
{
    public delegate bool Parser<T>(string text, out T value);

    /// <param name="name">With its dashes.</param>
    /// <param name="valueName">As help shows the value.</param>
    /// <param name="description">With the default.</param>
    /// <param name="parser">Text to value.</param>
    /// <param name="expected">Completes «'…' is not …».</param>
    public static Option<T?> Value<T>(string name, string valueName, string description, Parser<T> parser, string expected)
        where T : struct => new(name)
        {
            Description = description,
            HelpName = valueName,
            CustomParser = result => Parse<T>(result, name, parser, expected),
        };

    public static Option<string?> Text(string name, string valueName, string description) =>
        new(name) { Description = description, HelpName = valueName };

    /// <summary>May be given several times.</summary>
    public static Option<string[]> Texts(string name, string valueName, string description) =>
        new(name) { Description = description, HelpName = valueName };

    public static Option<bool> Switch(string name, string description) => new(name) { Description = description };

    private static T? Parse<T>(ArgumentResult result, string name, Parser<T> parser, string expected)
        where T : struct
    {
        var text = result.Tokens[^1].Value;
        if (parser(text, out var value))
            return value;
        result.AddError($"{name}: '{text}' is not {expected}");
        return null;
    }
}
