using Anode.Mesh;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Mesh;

/// <summary>
/// Many relays with no wire between them: each is a <see cref="MapKeeper"/>, a link is a queue. What they tell each other is delivered in
/// random order, links fail and come back meanwhile, and in the end all must have the same map.
/// </summary>
public sealed class FloodSimulation(ITestOutputHelper output)
{
    private readonly List<MapKeeper> _nodes = [];
    private readonly List<SortedSet<int>> _links = [];
    private readonly List<(int To, int From, NodeRecord Record)> _underway = [];
    private long _messages;

    [Theory]
    [InlineData(1000, 4)]
    [InlineData(100, 4)]
    [InlineData(50, 8)]
    public void Relays_with_failing_links_come_to_the_same_map(int count, int degree)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < count; i++)
        {
            _nodes.Add(new MapKeeper(NameOf(i), 1));
            _links.Add([]);
        }

        for (var i = 0; i < count; i++)
        {
            for (var d = 0; d < degree / 2; d++)
                Up(i, d == 0 ? (i + 1) % count : random.Next(count));
        }

        Deliver(random);
        output.WriteLine($"{count} relays, {_links.Sum(links => links.Count) / 2} links: whole after {_messages:N0} records, {clock.Elapsed.TotalSeconds:0.0} s");
        AssertAgree();
        for (var round = 0; round < 3; round++)
        {
            (_messages, var failures) = (0, Math.Max(5, count / 50));
            clock.Restart();
            for (var f = 0; f < failures; f++)
            {
                var (a, b) = (random.Next(count), random.Next(count));
                if (_links[a].Count > 0 && random.Next(2) == 0)
                    Down(a, _links[a].ElementAt(random.Next(_links[a].Count)));
                else
                    Up(a, b);
                Deliver(random, most: random.Next(200)); // the next one comes while this one is still being told
            }

            Deliver(random);
            AssertAgree();
            output.WriteLine($"{failures} changes at once: {_messages:N0} records, {clock.Elapsed.TotalSeconds:0.0} s");
        }
    }

    private static string NameOf(int node) => $"relay-{node}";

    private void Up(int a, int b)
    {
        if (a == b || !_links[a].Add(b))
            return;
        _links[b].Add(a);
        Say(a);
        Say(b);
        // What a digest finds missing: all that the other has.
        foreach (var (from, to) in new[] { (a, b), (b, a) })
        {
            foreach (var record in _nodes[from].Map.Records.Values)
            {
                if (record.IsNewerThan(_nodes[to].Map.Find(record.Node)))
                    Send(from, to, record);
            }
        }
    }

    private void Down(int a, int b)
    {
        _links[a].Remove(b);
        _links[b].Remove(a);
        _underway.RemoveAll(one => (one.From == a && one.To == b) || (one.From == b && one.To == a));
        Say(a);
        Say(b);
    }

    private void Say(int node)
    {
        var record = _nodes[node].Say(_links[node].Select(peer => new Adjacency(NameOf(peer), 1)), false);
        foreach (var peer in _links[node])
            Send(node, peer, record);
    }

    private void Send(int from, int to, NodeRecord record)
    {
        _messages++;
        _underway.Add((to, from, record));
    }

    private void Deliver(Random random, int most = int.MaxValue)
    {
        for (; _underway.Count > 0 && most > 0; most--)
        {
            var at = random.Next(_underway.Count);
            var (to, from, record) = _underway[at];
            _underway[at] = _underway[^1];
            _underway.RemoveAt(_underway.Count - 1);
            if (_nodes[to].Hear(record) != Hearing.News)
                continue;
            foreach (var peer in _links[to])
            {
                if (peer != from)
                    Send(to, peer, record);
            }
        }
    }

    /// <summary>All in one part of the graph, which the ring makes likely but failures need not leave so.</summary>
    private void AssertAgree()
    {
        var first = _nodes[0].Map;
        var reached = Enumerable.Range(0, _nodes.Count).Where(node => first.TreeOf(NameOf(0)).Reaches(NameOf(node))).ToList();
        Assert.True(reached.Count > _nodes.Count / 2, $"only {reached.Count} of {_nodes.Count} are still linked");
        foreach (var node in reached)
        {
            foreach (var other in reached)
                Assert.Same(_nodes[other].Own, _nodes[node].Map.Find(NameOf(other)));
        }

        // Trees are the same since maps are; and they reach everybody.
        Assert.Equal(first.TreeOf(NameOf(reached[^1])).PathTo(NameOf(0)), _nodes[reached[^1]].Map.TreeOf(NameOf(reached[^1])).PathTo(NameOf(0)));
    }
}
