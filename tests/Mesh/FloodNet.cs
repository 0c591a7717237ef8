using Anode.Mesh;

namespace Anode.Tests.Mesh;

/// <summary>
/// Many relays with no wire between them: each is a <see cref="MapKeeper"/>, a link is a queue. What they tell each other is delivered in random order, and links come and go meanwhile.
/// </summary>
internal sealed class FloodNet(Random random)
{
    private readonly List<(int To, int From, NodeRecord Record)> _underway = [];

    public List<MapKeeper> Nodes { get; } = [];

    public List<SortedSet<int>> Links { get; } = [];

    /// <summary>Of each, the members whose links it has just lost: it may leave it to another to say so.</summary>
    public List<HashSet<string>> Lost { get; } = [];

    /// <summary>They say nothing, and nobody has a link to them.</summary>
    public HashSet<int> Dead { get; } = [];

    /// <summary>Records sent over links.</summary>
    public long Messages { get; set; }

    /// <summary>Records that a node wrote.</summary>
    public int Said { get; set; }

    /// <summary>Nobody becomes whole before this.</summary>
    public bool IsSettled { get; set; }

    public static string NameOf(int node) => $"relay-{node:000}";

    public int Add(string cluster = "")
    {
        Nodes.Add(new MapKeeper(NameOf(Nodes.Count), 1, cluster));
        Links.Add([]);
        Lost.Add([]);
        Say(Nodes.Count - 1, anew: true);
        return Nodes.Count - 1;
    }

    /// <summary>It starts anew: it knows nothing, and has no links.</summary>
    public void Restart(int node, long incarnation, string cluster)
    {
        Kill(node);
        Dead.Remove(node);
        Nodes[node] = new MapKeeper(NameOf(node), incarnation, cluster);
        Lost[node].Clear();
        Say(node, anew: true);
    }

    /// <summary>Its links end, and it says nothing of it.</summary>
    public void Kill(int node)
    {
        Dead.Add(node);
        var peers = Links[node].ToList();
        Links[node].Clear();
        _underway.RemoveAll(one => one.From == node || one.To == node);
        foreach (var peer in peers)
        {
            Links[peer].Remove(node);
            OnLost(peer, node);
        }
    }

    public void Up(int a, int b)
    {
        if (a == b || !Links[a].Add(b))
            return;
        Links[b].Add(a);
        Lost[a].Remove(NameOf(b));
        Lost[b].Remove(NameOf(a));
        Say(a, anew: !Nodes[a].IsInCluster);
        Say(b, anew: !Nodes[b].IsInCluster);
        // What a digest finds missing: all that the other has.
        foreach (var (from, to) in new[] { (a, b), (b, a) })
        {
            foreach (var record in Nodes[from].Map.Records.Values)
            {
                if (record.IsNewerThan(Nodes[to].Map.Find(record.Node)))
                    Send(from, to, record);
            }
        }
    }

    public void Down(int a, int b)
    {
        Links[a].Remove(b);
        Links[b].Remove(a);
        _underway.RemoveAll(one => (one.From == a && one.To == b) || (one.From == b && one.To == a));
        OnLost(a, b);
        OnLost(b, a);
    }

    public void Deliver(int most = int.MaxValue)
    {
        for (; _underway.Count > 0 && most > 0; most--)
        {
            var at = random.Next(_underway.Count);
            var (to, from, record) = _underway[at];
            _underway[at] = _underway[^1];
            _underway.RemoveAt(_underway.Count - 1);
            if (Nodes[to].Hear(record) != Hearing.News)
                continue;
            foreach (var peer in Links[to])
            {
                if (peer != from)
                    Send(to, peer, record);
            }

            if (Nodes[to].IsInCluster)
                Say(to, anew: false);
        }
    }

    /// <summary>Time passes: whoever left something to another says it now, if nobody did; and nodes that cannot be reached are forgotten.</summary>
    public void Settle()
    {
        Deliver();
        foreach (var lost in Lost)
            lost.Clear();
        // Each may have to answer to what the others said.
        for (var (said, rounds) = (-1, 0); said != Said; rounds++)
        {
            if (rounds == 20)
                throw new InvalidOperationException("they never come to an end");
            said = Said;
            foreach (var node in Enumerable.Range(0, Nodes.Count).Except(Dead))
                Say(node, anew: false);
            Deliver();
        }
    }

    /// <param name="node">Who.</param>
    /// <param name="anew">Even if it is nothing new.</param>
    public void Say(int node, bool anew)
    {
        var keeper = Nodes[node];
        var links = Links[node].Select(peer => new Adjacency(NameOf(peer), 1)).ToList();
        var patience = new Patience(
            keeper.Lacking(links).Where(member => Lost[node].Contains(member) && keeper.Map.Clusters.SpeakerFor(keeper.Own.Cluster!.Name, member) != NameOf(node)).ToHashSet(),
            IsSettled);
        var record = anew ? keeper.Say(links, false, patience) : keeper.SayNews(links, false, patience);
        if (record is null)
            return;
        Said++;
        foreach (var peer in Links[node])
            Send(node, peer, record);
    }

    private void OnLost(int node, int peer)
    {
        if (Nodes[node].IsInCluster)
            Lost[node].Add(NameOf(peer));
        Say(node, anew: !Nodes[node].IsInCluster);
    }

    private void Send(int from, int to, NodeRecord record)
    {
        Messages++;
        _underway.Add((to, from, record));
    }
}
