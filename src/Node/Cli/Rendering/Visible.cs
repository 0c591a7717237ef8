using System.Globalization;
using System.Text;

namespace Anode.Cli.Rendering;

/// <summary>
/// Strangers' text on our user's terminal: control characters become escapes, so that a message can neither break out of its
/// line nor send commands to the terminal.
/// </summary>
internal static class Visible
{
    public static StringBuilder AppendVisible(this StringBuilder builder, string text)
    {
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => builder.Append("\\n"),
                '\r' => builder.Append("\\r"),
                '\t' => builder.Append("\\t"),
                _ when char.IsControl(c) => builder.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => builder.Append(c),
            };
        }

        return builder;
    }

    public static string Of(string text) => text.Any(char.IsControl) ? new StringBuilder().AppendVisible(text).ToString() : text;
}
