using System.Text.Json.Nodes;

namespace Anode.Experiments.SelfTests;

/// <summary>One bug to plant into a clean history, and the check that has to name it.</summary>
internal sealed record Bug(string Name, string Check, Func<List<string>, List<string>> Plant)
{
    /// <summary>A check that must not: what somebody answers for is not unexplained.</summary>
    public string Spared { get; init; } = "";
}

/// <summary>
/// A clean history with one thing made wrong in it, as if a node had done it. Lines are changed as text, so that reading, counting and judging are all
/// under test.
/// </summary>
internal static class Planted
{
    /// <summary>Somewhere in the middle, away from what faults and phases may excuse.</summary>
    private const int Which = 40;

    public static readonly Bug[] All =
    [
        new("an acknowledged message is lost", "lost-acked", lines => Without(lines, IndexOf(lines, "got", Which))),
        new("the server says ok to what it never took", "lost-acked", LyingAck),
        new("a message is lost that nobody had acknowledged", "lost", UnackedLoss),
        new("a message is delivered twice", "duplicates-delivered", lines => With(lines, IndexOf(lines, "got", Which) + 1, lines[IndexOf(lines, "got", Which)])),
        new("two messages of one publisher change places", "out-of-order", Swap),
        new("a message arrives changed", "unexpected", Corrupt),
        new("a message arrives that nobody sent", "unexpected", lines => Replace(lines, IndexOf(lines, "got", Which), line => line["s"] = 9_999_999)),
        new("two nodes own one endpoint", "one-owner", TwoOwners),
        new("a fault leaves no trace", "evidence", Vacuous),
        new("the drain ends too early", "drained", lines => Replace(lines, lines.FindIndex(l => l.Contains("\"e\":\"drain\"", StringComparison.Ordinal)), line => line["quiescent"] = false)),
        new("a message is lost and nobody says why", "unexplained", lines => Without(lines, IndexOf(lines, "got", Which))),
        new("a message is lost that a fault says it took", "lost", TakenByFault) { Spared = "unexplained" },
        new("a message is lost that a node says it left out", "lost", LeftOut) { Spared = "unexplained" },
        new("a message is lost that a node left out for somebody else", "unexplained", lines => LeftOut(lines, "somebody-else")),
        new("the history breaks off", "complete", lines => lines[..^(lines.Count / 10)]),
    ];

    /// <summary>Its delivery is missing although the publisher, whose server was told nothing, was told ok.</summary>
    private static List<string> LyingAck(List<string> lines)
    {
        var at = IndexOf(lines, "got", Which + 10);
        var line = JsonNode.Parse(lines[at])!;
        var key = $"\"f\":{line["f"]},\"ep\":{line["ep"]},\"s\":{line["s"]},";
        return [.. lines.Where(l => !(l.Contains("\"e\":\"got\"", StringComparison.Ordinal) && l.Contains(key, StringComparison.Ordinal)))];
    }

    private static List<string> UnackedLoss(List<string> lines)
    {
        var at = IndexOf(lines, "got", Which);
        var line = JsonNode.Parse(lines[at])!;
        var key = $"\"f\":{line["f"]},\"ep\":{line["ep"]},\"s\":{line["s"]},";
        return [.. lines.Select(l => l.Contains("\"e\":\"ok\"", StringComparison.Ordinal) && l.Contains(key, StringComparison.Ordinal) ? Info(l) : l).Where((_, i) => i != at)];
    }

    private static List<string> TakenByFault(List<string> lines)
    {
        var at = IndexOf(lines, "got", Which);
        var got = JsonNode.Parse(lines[at])!;
        var begun = lines.FindLastIndex(l => l.Contains("\"what\":\"begun\"", StringComparison.Ordinal));
        var charge = $"{{\"kind\":\"lost\",\"flow\":{got["f"]},\"epoch\":{got["ep"]},\"sequence\":{got["s"]}}}";
        return Without(Replace(lines, begun, line => line["charges"] = new JsonArray(JsonNode.Parse(charge))), at);
    }

    private static List<string> LeftOut(List<string> lines) => LeftOut(lines, "");

    /// <param name="client">Somebody else's name is that of the other subscriber.</param>
    private static List<string> LeftOut(List<string> lines, string client)
    {
        var at = IndexOf(lines, "got", Which);
        var got = JsonNode.Parse(lines[at])!;
        var ledger = lines.FindLastIndex(l => l.Contains("\"e\":\"ledger\"", StringComparison.Ordinal));
        var drop = $"{{\"flow\":{got["f"]},\"epoch\":{got["ep"]},\"sequence\":{got["s"]},\"policy\":\"slow-consumer\",\"where\":\"clients\",\"client\":\"{(client.Length > 0 ? Other((int)got["c"]!) : "")}\"}}";
        return Without(Replace(lines, ledger, line => line["ledger"]!["messages"]!.AsArray().Add(JsonNode.Parse(drop))), at);

        static string Other(int seat) => $"w-sub-{1 - seat}";
    }

    private static string Info(string ok)
    {
        var line = JsonNode.Parse(ok)!;
        line["e"] = "info";
        line["why"] = "time-out";
        return line.ToJsonString();
    }

    /// <summary>What came first to one subscriber from one publisher now comes behind the next.</summary>
    private static List<string> Swap(List<string> lines)
    {
        var first = IndexOf(lines, "got", Which);
        var one = JsonNode.Parse(lines[first])!;
        var second = lines.FindIndex(first + 1, l =>
        {
            if (!l.Contains("\"e\":\"got\"", StringComparison.Ordinal))
                return false;
            var other = JsonNode.Parse(l)!;
            return (int)other["c"]! == (int)one["c"]! && (int)other["f"]! == (int)one["f"]!;
        });
        var two = JsonNode.Parse(lines[second])!;
        var (a, b) = ((long)one["s"]!, (long)two["s"]!);
        return Replace(Replace(lines, first, line => line["s"] = b), second, line => line["s"] = a);
    }

    private static List<string> Corrupt(List<string> lines) => Replace(lines, IndexOf(lines, "got", Which), line =>
    {
        line["e"] = "stray";
        line["why"] = "a wrong checksum";
    });

    private static List<string> TwoOwners(List<string> lines)
    {
        var at = IndexOf(lines, "got", Which);
        string Line(string node) => $"{{\"t\":{JsonNode.Parse(lines[at])!["t"]},\"e\":\"owner\",\"endpoint\":\"front\",\"node\":\"{node}\",\"what\":\"acquired\"}}";
        return With(With(lines, at, Line("a")), at, Line("b"));
    }

    private static List<string> Vacuous(List<string> lines) =>
        [.. lines.Select(l => l.Contains("\"e\":\"fault\"", StringComparison.Ordinal) ? Edit(l, line => line["evidence"] = "") : l)];

    private static int IndexOf(List<string> lines, string kind, int number)
    {
        // The last run: the control run has no faults to be blamed.
        var run = lines.FindLastIndex(l => l.Contains("\"e\":\"run\"", StringComparison.Ordinal));
        var found = Enumerable.Range(run, lines.Count - run).Where(i => lines[i].Contains($"\"e\":\"{kind}\"", StringComparison.Ordinal)).Skip(number).Take(1).ToList();
        return found.Count == 1 ? found[0] : throw new InvalidDataException($"the history has too few lines of kind {kind}");
    }

    private static List<string> Without(List<string> lines, int at) => [.. lines.Where((_, i) => i != at)];

    private static List<string> With(List<string> lines, int at, string line) => [.. lines[..at], line, .. lines[at..]];

    private static List<string> Replace(List<string> lines, int at, Action<JsonNode> edit) => [.. lines.Select((line, i) => i == at ? Edit(line, edit) : line)];

    private static string Edit(string text, Action<JsonNode> edit)
    {
        var line = JsonNode.Parse(text)!;
        edit(line);
        return line.ToJsonString();
    }
}
