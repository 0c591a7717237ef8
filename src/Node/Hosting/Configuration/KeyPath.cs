namespace Anode.Hosting.Configuration;

/// <summary>Keys as people write them: parts joined by dots, a part in quotes where it has other characters than a plain one.</summary>
internal static class KeyPath
{
    public static string Join(ReadOnlySpan<string> path)
    {
        var text = "";
        foreach (var part in path)
            text = Child(text, part);
        return text;
    }

    public static string Child(string parent, string key)
    {
        var part = HoconText.Key(key);
        return parent.Length == 0 ? part : $"{parent}.{part}";
    }

    public static string Leaf(string path) => path[(path.LastIndexOf('.') + 1)..];

    public static string Parent(string path) => path.LastIndexOf('.') is >= 0 and var dot ? path[..dot] : "";
}
