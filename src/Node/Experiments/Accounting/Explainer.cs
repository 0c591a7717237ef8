using System.Globalization;
using Anode.Experiments.Histories;
using Anode.Experiments.Plans;
using Anode.Experiments.Scenarios;

namespace Anode.Experiments.Accounting;

/// <summary>
/// A delivery that did not happen → who says why. Only testimony counts: the node that left it out, the fault that had it in its hands, the connection, the
/// process or the link that ended while it was under way. That something else went wrong at the same time explains nothing. Pure.
/// </summary>
internal sealed class Explainer
{
    /// <summary>What stood in the socket of a receiver whose node died.</summary>
    private static readonly long Leaving = TimeSpan.FromSeconds(1).Ticks / 10;

    private readonly Run _run;
    private readonly Topology _topology;
    private readonly Flow[] _flows;
    private readonly Seat[] _seats;
    private readonly Ways _ways;
    private readonly bool _linked;
    private readonly HashSet<string> _clients;
    private readonly List<(string Node, long From, long To, string How)> _deaths;
    private readonly ILookup<string, Happening> _downs;

    public Explainer(Run run, Scenario scenario)
    {
        (_run, _topology) = (run, scenario.Topology);
        (_flows, _seats) = (Flow.Of(scenario), Seat.Of(scenario));
        _ways = new Ways(run, scenario.Topology);
        _linked = scenario.Topology.Links.Count > 0 || scenario.Topology.Cluster;
        _clients = [.. _seats.Select(seat => seat.ClientName)];
        _deaths =
        [
            .. run.Faults.Where(f => f.Begun is not null && f.Kind is "process.kill" or "process.terminate" or "process.restart")
                .Select(f => (f.Node, f.Begun ?? 0, Math.Max(f.Begun ?? 0, f.Effect ?? 0), $"which {f.Id} ended")),
            .. run.Happenings.Where(h => h.Kind == "died").Select(h => (h.Source, h.T, h.T, "which ended by itself")),
        ];
        _downs = run.Happenings.Where(h => h.Kind == "down").ToLookup(h => h.Source);
    }

    /// <summary>Nodes that were there to the end and accounted for nothing.</summary>
    public static IReadOnlyList<string> Silent(Run run, Scenario scenario) => run.Quiescent is null ? [] :
        [.. scenario.Topology.Nodes.Where(node => !run.Ledgers.Exists(ledger => ledger.Node == node && ledger.Enabled))
            .Where(node => !run.Faults.Exists(f => f.Node == node && f.Kind.StartsWith("process.", StringComparison.Ordinal)) && !run.Happenings.Exists(h => h.Kind == "died" && h.Source == node))];

    /// <param name="kind">Of the loss: <c>lost-acked</c>, <c>unheard</c>, <c>never-acked</c>.</param>
    /// <param name="through">When it would have been through.</param>
    public Explanation Of(Receiver receiver, Send send, string kind, long through)
    {
        var key = (send.Flow, send.Epoch, send.Sequence);
        return ByFault(send, key, through) ?? ByPolicy(receiver, key) ?? ByConnection(send, kind, through) ?? ByDeath(receiver, send, kind, through) ?? ByLinks(receiver, send, kind, through)
            ?? InFlight(receiver, send, key, through) ?? new Explanation(Explanation.None, LastSeen(key));
    }

    private Explanation? ByFault(Send send, (uint, uint, long) key, long through)
    {
        if (_run.Faults.Find(fault => fault.Taken.Contains(key)) is { } culprit)
            return new Explanation(Explanation.Fault, culprit.Id);
        // A fault names the newest thousand only; what of its time is missing beyond these is on its account.
        return _run.Faults.Find(fault => fault.ListsNotAll && fault.Begun <= through && send.Invoked <= (fault.Ended ?? long.MaxValue)) is { } busy
            ? new Explanation(Explanation.Fault, $"{busy.Id} (of its time; it lists no more than its newest thousand)") : null;
    }

    /// <summary>A copy that another client did not get is not ours.</summary>
    private Explanation? ByPolicy(Receiver receiver, (uint, uint, long) key)
    {
        var mine = receiver.Seats.Select(seat => _seats[seat].ClientName).ToHashSet();
        var drop = _run.Ledgers.SelectMany(ledger => ledger.DropsOf(key)).FirstOrDefault(drop => mine.Contains(drop.Client) || !_clients.Contains(drop.Client));
        return drop is null ? null : new Explanation(Explanation.Policy, $"{drop.Policy} at {drop.Endpoint} of {drop.Node}");
    }

    private Explanation? ByConnection(Send send, string kind, long through)
    {
        if (kind != "never-acked")
            return null;
        var publisher = _flows[send.Flow].ClientName;
        return send.Why.StartsWith("connection lost", StringComparison.Ordinal) || _downs[publisher].Any(h => h.T >= send.Invoked && h.T <= through)
            ? new Explanation(Explanation.Connection, $"publisher {publisher}") : null;
    }

    /// <summary>A receipt says that all nodes with a subscriber have it, so of these alone a death explains anything then.</summary>
    private Explanation? ByDeath(Receiver receiver, Send send, string kind, long through)
    {
        var at = PlacesOf(receiver, send.Invoked, through);
        var ends = IsReceipted(send, kind);
        var death = _deaths.Find(d => send.Invoked <= d.To && d.From <= through + (ends ? Leaving : 0)
            && (at.Contains(d.Node) || (!ends && (_linked || PlacesOf(send, through).Contains(d.Node)))));
        return death.Node is null ? null : new Explanation(Explanation.Death, $"{death.Node}, {death.How}");
    }

    private Explanation? ByLinks(Receiver receiver, Send send, string kind, long through)
    {
        if (!_linked || IsReceipted(send, kind))
            return null;
        foreach (var from in PlacesOf(send, through))
        {
            foreach (var to in PlacesOf(receiver, send.Invoked, through))
            {
                if (_ways.TroubleOf(from, to, send.Invoked, through) is { } trouble)
                    return new Explanation(Explanation.Link, trouble);
            }
        }

        return null;
    }

    private Explanation? InFlight(Receiver receiver, Send send, (uint, uint, long) key, long through)
    {
        if (_run.Quiescent == true)
            return null;
        var at = PlacesOf(receiver, send.Invoked, through);
        return _run.Ledgers.FindLast(ledger => ledger.PendingBytes > 0 && ledger.Saw(key) && (_linked || at.Contains(ledger.Node))) is { } holder
            ? new Explanation(Explanation.InFlight, holder.Node) : null;
    }

    private string LastSeen((uint, uint, long) key)
    {
        var saw = _run.Ledgers.Where(ledger => ledger.Enabled).GroupBy(ledger => ledger.Node).Select(node => (node.Key, Saw: node.Any(ledger => ledger.Saw(key)))).ToList();
        if (saw.Count == 0)
            return "no node keeps a ledger";
        var (came, missed) = (saw.Where(s => s.Saw).Select(s => s.Key), saw.Where(s => !s.Saw).Select(s => s.Key));
        return string.Create(CultureInfo.InvariantCulture, $"seen by {List(came)}, not by {List(missed)}");

        static string List(IEnumerable<string> nodes) => string.Join(" and ", nodes) is { Length: > 0 } list ? list : "any";
    }

    /// <summary>An OK that was broken; one that named fewer receivers than there were has promised this one nothing.</summary>
    private static bool IsReceipted(Send send, string kind) => kind == "lost-acked" && send.Receivers >= 0;

    private HashSet<string> PlacesOf(Send send, long through) => NodesOf(_flows[send.Flow].Workload.Publishers.At, send.Invoked, through);

    private HashSet<string> PlacesOf(Receiver receiver, long from, long to) => NodesOf(receiver.Seats.SelectMany(seat => _seats[seat].Crew.At), from, to);

    /// <summary>Of an endpoint that moves: who had it then; nobody said so: who may.</summary>
    private HashSet<string> NodesOf(IEnumerable<string> places, long from, long to)
    {
        var nodes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var place in places)
        {
            if (!_topology.Endpoints.TryGetValue(place, out var candidates))
            {
                nodes.Add(place);
                continue;
            }

            var owners = _run.Ownerships.Where(o => o.Endpoint == place && o.From <= to && o.To >= from).Select(o => o.Node).ToList();
            nodes.UnionWith(owners.Count > 0 ? owners : candidates);
        }

        return nodes;
    }
}
