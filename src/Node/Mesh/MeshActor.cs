using Akka.Actor;
using Akka.Event;
using Anode.Messages;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Mesh;

/// <summary>
/// Owns what this node knows of the mesh: its links, the map, everybody's interest. It hears what neighbours say, takes what is new, passes
/// it on, and publishes the view by which sources route. No message of a client's comes here.
/// </summary>
/// <remarks>
/// What it knows survives it (<see cref="MeshKnowledge"/>), since the versions of what it has said must not begin anew. Memory: a record for each node, and its table of
/// interest; nodes that cannot be reached are forgotten after <see cref="MeshSettings.Forget"/>.
/// </remarks>
internal sealed partial class MeshActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(100);

    private readonly MeshCore _mesh;
    private readonly SubscriptionIndex _index;
    private readonly IMeshWire _wire;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly MapKeeper _map;
    private readonly InterestTable _own;
    private readonly Dictionary<string, RemoteInterest> _others;
    private readonly Dictionary<string, MeshLink> _links;
    private readonly Dictionary<string, long> _lostAt;

    private MeshActor(MeshCore mesh, SubscriptionIndex index, IMeshWire wire)
    {
        (_mesh, _index, _wire) = (mesh, index, wire);
        var known = mesh.Known;
        (_map, _own, _others, _links, _lostAt) = (known.Map, known.Own, known.Others, known.Links, known.LostAt);
    }

    public static Props Props(MeshCore mesh, SubscriptionIndex index, IMeshWire wire) => Produce.Props(() => new MeshActor(mesh, index, wire));

    /// <summary>Set by Akka.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>From a link's connection: the handshake is done.</summary>
    internal sealed record LinkUp(MeshLink Link) : IReapable;

    /// <summary>From a link's connection: it has ended.</summary>
    internal sealed record LinkDown(MeshLink Link, string Reason) : IReapable;

    /// <summary>From a link's connection: its peer said this.</summary>
    internal sealed record Heard(MeshLink Link, object Fact) : IReapable;

    /// <summary>To a link's connection: end, and stay away for so long.</summary>
    internal sealed record EndLink(string Text, TimeSpan StayAway) : IReapable;

    /// <summary>The node is about to stop: nothing is to be led through it any more.</summary>
    internal sealed record Leave : IReapable;

    protected override void PreStart()
    {
        var self = Self;
        _mesh.Interest.Watch(() => self.Tell(Tick.Interest, ActorRefs.NoSender));
        Say();
        Timers.StartPeriodicTimer(Tick.Retry, Tick.Retry, RetryEvery);
        Timers.StartPeriodicTimer(Tick.Digest, Tick.Digest, _mesh.Settings.Digest);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LinkUp up: OnUp(up.Link); break;
            case LinkDown down: OnDown(down.Link, down.Reason); break;
            case Heard { Fact: NodeRecord record } heard: OnRecord(heard.Link, record); break;
            case Heard { Fact: InterestNews news } heard: OnInterest(heard.Link, news); break;
            case Heard { Fact: List<NodeDigest> digests } heard: OnDigest(heard.Link, digests); break;
            case Heard { Fact: string wanted } heard: SendInterest(heard.Link, wanted); break;
            case Tick tick when tick == Tick.Interest: OnOwnInterest(); break;
            case Tick tick when tick == Tick.Retry: OnRetry(); break;
            case Tick: OnDigestDue(); break;
            case ForgetDue: Forget(); break;
            case SettleDue: SayNews(); break;
            case Leave: OnLeave(); break;
            case GetMesh: Sender.Tell(Report()); break;
            default: Unhandled(message); break;
        }
    }

    /// <summary>
    /// One link to each node. When both dialled at once, both keep the one that the node whose name is first has dialled; a second one dialled
    /// by the same node is the newer, and the node knows why.
    /// </summary>
    private void OnUp(MeshLink link)
    {
        if (_links.TryGetValue(link.Peer, out var known))
        {
            var keepsKnown = known.PeerIncarnation > link.PeerIncarnation
                || (known.PeerIncarnation == link.PeerIncarnation && known.Dialled != link.Dialled && known.Dialled == IsFirst(link.Peer));
            var (kept, ended) = keepsKnown ? (known, link) : (link, known);
            ended.Connection.Tell(new EndLink($"there is another link to {link.Peer}", _mesh.Settings.PermanentBackoff), Self);
            if (ReferenceEquals(kept, known))
                return;
        }

        _links[link.Peer] = link;
        Tell("link-up", link, $"link to {link.Peer}, dialled by {(link.Dialled ? "us" : "it")}, cost {link.Cost}");
        OnLinkChange(link.Peer, isLost: false);
        link.Post(_wire.Digest(Digests()));
    }

    private bool IsFirst(string peer) => string.CompareOrdinal(_mesh.Node, peer) < 0;

    private void OnDown(MeshLink link, string reason)
    {
        if (!_links.TryGetValue(link.Peer, out var known) || !ReferenceEquals(known, link))
            return;
        _links.Remove(link.Peer);
        Tell("link-down", link, $"link to {link.Peer} ended: {reason}");
        OnLinkChange(link.Peer, isLost: true);
    }

    private void OnRecord(MeshLink from, NodeRecord record)
    {
        switch (_map.Hear(record))
        {
            case Hearing.News:
                Flood(_wire.Record(record), from);
                if (_map.IsInCluster)
                    OnFellow(record);
                Publish();
                break;
            case Hearing.Older:
                from.Post(_wire.Record(record.Node == _mesh.Node ? _map.Own : _map.Map.Find(record.Node)!));
                break;
            case Hearing.OfUs:
                if (record.Incarnation > _mesh.Incarnation)
                    Tell("name-conflict", from, $"{from.Peer} has heard of another node that is called {_mesh.Node} as well: names must differ");
                Say();
                break;
            default:
                break;
        }
    }

    private void OnInterest(MeshLink from, InterestNews news)
    {
        if (news.Node == _mesh.Node)
            return;
        if (!_others.TryGetValue(news.Node, out var interest))
            _others[news.Node] = interest = new RemoteInterest(news.Node, _index);
        var before = (interest.Table.Incarnation, interest.Table.Version, interest.Table.Digest);
        if (!interest.Hear(news))
            from.Post(_wire.Want(news.Node));
        else if (before != (interest.Table.Incarnation, interest.Table.Version, interest.Table.Digest))
            Pass(from, news, interest);
    }

    /// <summary>Changes go on as they came; a whole table only once it is whole, in parts of our own.</summary>
    private void Pass(MeshLink from, InterestNews news, RemoteInterest interest)
    {
        if (news.From != InterestNews.Whole)
        {
            Flood(_wire.Interest(news), from);
            return;
        }

        foreach (var link in _links.Values.Where(link => link != from))
            SendWhole(link, news.Node, interest.Table);
    }

    private void OnOwnInterest()
    {
        var changes = _mesh.Interest.Drain();
        if (changes.Count == 0)
            return;
        foreach (var part in Parts(changes))
        {
            var version = _own.Version;
            _own.Advance(_mesh.Incarnation, part);
            Flood(_wire.Interest(new InterestNews(_mesh.Node, _mesh.Incarnation, version, _own.Version, true, part)), null);
        }
    }

    private void OnDigestDue()
    {
        Flood(_wire.Digest(Digests()), null);
        Forget();
    }

    /// <summary>
    /// The neighbour's knowledge beside ours. Where it is behind, it is sent what we have. Where both have the same version and yet not the same
    /// table, the one that is nearer to the owner is right.
    /// </summary>
    private void OnDigest(MeshLink from, List<NodeDigest> digests)
    {
        var theirs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var digest in digests)
        {
            theirs.Add(digest.Node);
            Compare(from, digest);
        }

        foreach (var (node, record) in _map.Map.Records)
        {
            if (theirs.Contains(node) || node == from.Peer)
                continue;
            from.Post(_wire.Record(record));
            SendInterest(from, node);
        }
    }

    private void Compare(MeshLink from, NodeDigest digest)
    {
        if (_map.Map.Find(digest.Node) is { } record && record.IsNewerThan(digest.Incarnation, digest.Version))
            from.Post(_wire.Record(record));
        var table = TableOf(digest.Node);
        if (table is null || digest.Node == from.Peer)
        {
            if (table is null ? digest.InterestVersion > 0 : Differs(table, digest))
                from.Post(_wire.Want(digest.Node));
            return;
        }

        if (!Differs(table, digest))
            return;
        var isAhead = table.Incarnation > digest.InterestIncarnation
            || (table.Incarnation == digest.InterestIncarnation && table.Version > digest.InterestVersion);
        var isSame = (table.Incarnation, table.Version) == (digest.InterestIncarnation, digest.InterestVersion);
        if (isAhead || digest.Node == _mesh.Node)
            SendInterest(from, digest.Node);
        else if (!isSame || _mesh.View.LinkTo(digest.Node) == from)
            from.Post(_wire.Want(digest.Node));
    }

    private static bool Differs(InterestTable table, NodeDigest digest) =>
        (table.Incarnation, table.Version, table.Digest) != (digest.InterestIncarnation, digest.InterestVersion, digest.Interest);

    private InterestTable? TableOf(string node) => node == _mesh.Node ? _own : _others.GetValueOrDefault(node)?.Table;

    private List<NodeDigest> Digests() => [.. _map.Map.Records.Values.Select(record => TableOf(record.Node) is { } table
        ? new NodeDigest(record.Node, record.Incarnation, record.Version, table.Incarnation, table.Version, table.Digest)
        : new NodeDigest(record.Node, record.Incarnation, record.Version, 0, 0, 0))];

    private void SendInterest(MeshLink link, string node)
    {
        if (TableOf(node) is { Version: > 0 } table)
            SendWhole(link, node, table);
    }

    private void SendWhole(MeshLink link, string node, InterestTable table)
    {
        var parts = Parts(table.Entries.Select(interest => new InterestChange(interest, true))).ToList();
        if (parts.Count == 0)
            parts.Add([]);
        for (var i = 0; i < parts.Count; i++)
            link.Post(_wire.Interest(new InterestNews(node, table.Incarnation, InterestNews.Whole, table.Version, i == parts.Count - 1, parts[i])));
    }

    private IEnumerable<List<InterestChange>> Parts(IEnumerable<InterestChange> changes)
    {
        const int MostBytes = 48 * 1024;
        var (part, bytes) = (new List<InterestChange>(), 0);
        foreach (var change in changes)
        {
            part.Add(change);
            bytes += _wire.SizeOf(change);
            if (bytes < MostBytes)
                continue;
            yield return part;
            (part, bytes) = ([], 0);
        }

        if (part.Count > 0)
            yield return part;
    }

    private void OnLeave()
    {
        _mesh.IsLeaving = true;
        Say();
    }

    /// <summary>This node's own record, anew.</summary>
    private void Say()
    {
        var record = _map.Say(Adjacencies(), _mesh.IsLeaving, PatienceNow());
        Publish();
        Flood(_wire.Record(record), null);
    }

    private List<Adjacency> Adjacencies() => [.. _links.Values.Select(link => new Adjacency(link.Peer, link.Cost))];

    private void Flood(byte[] frame, MeshLink? except)
    {
        foreach (var link in _links.Values)
        {
            if (link != except)
                link.Post(frame);
        }
    }

    private void Tell(string what, MeshLink link, string text)
    {
        _log.Info("{0}", text);
        Context.System.EventStream.Publish(new NodeEvent(what, link.Record.Endpoint, link.Connection.Path.Name, text));
    }

    private sealed class Tick : IReapable
    {
        public static readonly Tick Interest = new();
        public static readonly Tick Retry = new();
        public static readonly Tick Digest = new();
    }
}
