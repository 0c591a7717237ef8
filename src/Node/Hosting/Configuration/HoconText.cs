using System.Globalization;
using System.Text;

namespace Anode.Hosting.Configuration;

/// <summary>Writes trees as HOCON, plain words bare and everything else in quotes: a form that no reader takes differently.</summary>
/// <remarks>
/// This is all that Akka's parser gets to see. Given a user's text itself, Akka 1.5.74 overflows the stack on <c>${?X}</c>,
/// <c>${x}</c> and deep nesting, loops for ever on <c>[ = ]</c>, drops <c>+=</c> and lets an unclosed bracket pass.
/// </remarks>
internal static class HoconText
{
    public static string Write(ConfigBlock root)
    {
        var text = new StringBuilder();
        WriteItems(text, root, 0);
        return text.ToString();
    }

    /// <summary>As it is if it is a plain word, else in quotes.</summary>
    public static string Value(string text) => IsWord(text, "-_.") && text != "null" ? text : Quote(text);

    /// <summary>One part of a key: a dot in it needs quotes.</summary>
    public static string Key(string text) => IsWord(text, "-_") && text != "include" ? text : Quote(text);

    /// <summary>A JSON string, which is also a HOCON string.</summary>
    public static string Quote(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' or '\u007f' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        return text.Append('"').ToString();
    }

    private static void WriteItems(StringBuilder text, ConfigBlock block, int depth)
    {
        foreach (var (key, value) in block.Items)
        {
            text.Append(' ', depth * 2).Append(Key(key)).Append(value is ConfigBlock ? " " : " = ");
            WriteValue(text, value, depth);
            text.Append('\n');
        }
    }

    private static void WriteValue(StringBuilder text, ConfigNode value, int depth)
    {
        switch (value)
        {
            case ConfigScalar scalar:
                text.Append(Value(scalar.Text));
                break;
            case ConfigBlock block:
                text.Append("{\n");
                WriteItems(text, block, depth + 1);
                text.Append(' ', depth * 2).Append('}');
                break;
            case ConfigList list:
                text.Append('[');
                for (var i = 0; i < list.Items.Length; i++)
                {
                    text.Append(i == 0 ? "" : ", ");
                    WriteValue(text, list.Items[i], depth);
                }

                text.Append(']');
                break;
        }
    }

    private static bool IsWord(string text, string also) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || also.Contains(c));
}
