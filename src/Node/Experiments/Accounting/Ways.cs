using Anode.Experiments.Histories;
using Anode.Experiments.Scenarios;

namespace Anode.Experiments.Accounting;

/// <summary>Which nodes had a way to which at what time, by what the nodes said of their links. Pure.</summary>
internal sealed class Ways
{
    /// <summary>From a change of links until all nodes have taken it into account.</summary>
    private static readonly long Settling = TimeSpan.FromMilliseconds(500).Ticks / 10;

    private readonly IReadOnlyList<string> _nodes;
    private readonly (string, string)[] _links;
    private readonly List<(long T, string Node, string Peer, bool Up)> _changes;

    public Ways(Run run, Topology topology)
    {
        _nodes = topology.Nodes;
        _links = topology.Cluster ? [.. _nodes.SelectMany(a => _nodes.Where(b => string.CompareOrdinal(a, b) < 0).Select(b => (a, b)))] : [.. topology.Links.Select(link => Pair(link.From, link.To))];
        _changes = [.. run.Happenings.Where(h => h.Kind is "link-up" or "link-down").OrderBy(h => h.T).Select(h => (h.T, h.Source, PeerOf(h.Text), h.Kind == "link-up"))];
    }

    /// <summary>A sentence on why a message could be lost between these times; null if nothing changed and there was a way.</summary>
    public string? TroubleOf(string from, string to, long sent, long through)
    {
        if (from == to || _links.Length == 0)
            return null;
        var change = _changes.Find(change => change.T <= through && change.T + Settling >= sent);
        if (change.Node is not null)
            return $"the link {change.Node}-{change.Peer} {(change.Up ? "came up" : "ended")} meanwhile";
        return IsReachable(from, to, sent) ? null : $"there was no way from {from} to {to}";
    }

    private bool IsReachable(string from, string to, long t)
    {
        var up = _links.ToHashSet();
        foreach (var change in _changes.TakeWhile(change => change.T <= t))
        {
            if (change.Up)
                up.Add(Pair(change.Node, change.Peer));
            else
                up.Remove(Pair(change.Node, change.Peer));
        }

        var reached = new HashSet<string>(StringComparer.Ordinal) { from };
        for (var grown = true; grown;)
            grown = up.Count(link => reached.Contains(link.Item1) != reached.Contains(link.Item2) && reached.Add(reached.Contains(link.Item1) ? link.Item2 : link.Item1)) > 0;
        return reached.Contains(to);
    }

    private static (string, string) Pair(string a, string b) => string.CompareOrdinal(a, b) < 0 ? (a, b) : (b, a);

    /// <summary>«link to b ended: …», «link to b, dialled by us …».</summary>
    private static string PeerOf(string text)
    {
        const string Begin = "link to ";
        return text.StartsWith(Begin, StringComparison.Ordinal) ? text[Begin.Length..].Split(' ', ',')[0] : "";
    }
}
