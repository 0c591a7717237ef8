using System.Text.RegularExpressions;

namespace Anode.Tests.Architecture;

/// <summary>One wall: files under <paramref name="Folder"/> do not mention the <paramref name="Forbidden"/> namespaces.</summary>
/// <param name="Folder">From the root of the tree, with a slash at its end; <c>*</c> is any one folder.</param>
/// <param name="Forbidden">Namespaces, with all that is in them.</param>
/// <param name="Beyond">A folder inside the other that this wall does not enclose.</param>
/// <param name="Passes">A name inside a forbidden namespace that may pass.</param>
internal sealed record Wall(string Folder, string[] Forbidden, string? Beyond = null, string? Passes = null)
{
    /// <summary>
    /// Mentions are <c>using</c> lines and qualified names, including the short form <c>Routing.Subject</c> that C# allows
    /// between namespaces with a common parent. Lines that are comments are free to tell of neighbours.
    /// </summary>
    public IEnumerable<string> Offences(string path, IReadOnlyList<string> lines)
    {
        if (!Encloses(path))
            yield break;
        for (var i = 0; i < lines.Count; i++)
        {
            var line = Passes is null ? lines[i] : lines[i].Replace(Passes, "");
            if (!line.TrimStart().StartsWith("//") && Forbidden.FirstOrDefault(name => Mentions(line, name)) is { } name)
                yield return $"{path}:{i + 1} mentions {name}: {lines[i].Trim()}";
        }
    }

    private bool Encloses(string path) =>
        Regex.IsMatch(path, "^" + Regex.Escape(Folder).Replace(@"\*", "[^/]+"))
        && (Beyond is null || !path.StartsWith(Beyond, StringComparison.Ordinal));

    private static bool Mentions(string line, string name)
    {
        var whole = $@"(?<![\w.]){Regex.Escape(name)}(?!\w)";
        var sibling = name.StartsWith("Anode.", StringComparison.Ordinal) ? $@"|(?<![\w.]){name["Anode.".Length..]}\.[A-Z]" : "";
        return Regex.IsMatch(line, whole + sibling);
    }
}
