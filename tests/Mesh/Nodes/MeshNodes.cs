using Anode.Messages;
using Anode.Tests.Support;

namespace Anode.Tests.Mesh.Nodes;

/// <summary>Nodes in one process, linked over real sockets as a test says.</summary>
internal sealed class MeshNodes : IAsyncDisposable
{
    private readonly Dictionary<string, TestNode> _nodes = new(StringComparer.Ordinal);

    public TestNode this[string name] => _nodes[name];

    public IEnumerable<string> Names => _nodes.Keys;

    /// <summary>Starts nodes with their links, and waits until each sees all others.</summary>
    /// <param name="edges">Written <c>a-b</c>: the later of the two dials.</param>
    public static async Task<MeshNodes> StartAsync(params string[] edges)
    {
        var mesh = new MeshNodes();
        var names = edges.SelectMany(edge => edge.Split('-')).Distinct().Order(StringComparer.Ordinal).ToList();
        foreach (var name in names)
        {
            var peers = edges.Select(edge => edge.Split('-'))
                .Where(edge => edge.Contains(name))
                .Select(edge => edge[0] == name ? edge[1] : edge[0])
                .Where(peer => mesh._nodes.ContainsKey(peer));
            await mesh.AddAsync(name, peers);
        }

        mesh.AwaitWhole(names);
        mesh.AwaitEdges(edges);
        return mesh;
    }

    /// <param name="name">Of the node.</param>
    /// <param name="peers">Whom it dials.</param>
    /// <param name="link">Address of its link listener; null: any.</param>
    /// <param name="more">Keys of <c>node</c>.</param>
    public async Task<TestNode> AddAsync(string name, IEnumerable<string> peers, NetAddress? link = null, string more = "")
    {
        var dialled = peers.Select(peer => $$"""{ address = "{{_nodes[peer].Address("link")}}", name = to-{{peer}} }""");
        var node = await TestNode.StartAsync(
            $$"""
            name = {{name}}
            peers = [ {{string.Join('\n', dialled)}} ]
            links.forget-after = 500ms
            links.digest-interval = 300ms
            dial.min-backoff = 50ms
            dial.max-backoff = 200ms
            {{more}}
            """,
            TestNode.Tcp, """{ address = "tcp://127.0.0.1:0", name = nats, protocol = nats }""",
            $$"""{ address = "{{link?.ToString() ?? "tcp://127.0.0.1:0"}}", name = link, protocol = link }""");
        return _nodes[name] = node;
    }

    public async Task StopAsync(string name)
    {
        var node = _nodes[name];
        _nodes.Remove(name);
        await node.DisposeAsync();
    }

    /// <summary>Every node has a way to every other.</summary>
    public void AwaitWhole(IReadOnlyCollection<string>? names = null)
    {
        var wanted = names ?? _nodes.Keys;
        foreach (var (name, node) in _nodes)
        {
            var mesh = node.View.Relay.Mesh!;
            Eventually.Equal(
                string.Join(' ', wanted.Order(StringComparer.Ordinal)),
                () => string.Join(' ', mesh.View.Map.Records.Keys.Where(other => mesh.View.Map.TreeOf(name).Reaches(other))));
        }
    }

    /// <summary>Ways may still become shorter while messages are under way, as long as a link that is to be is not.</summary>
    private void AwaitEdges(string[] edges)
    {
        foreach (var (name, node) in _nodes)
        {
            Eventually.Holds(
                () => edges.All(edge => edge.Split('-') is [var one, var other] && HasEdge(one, other) && HasEdge(other, one)),
                () => $"{name} does not see all of {string.Join(' ', edges)}");

            bool HasEdge(string from, string to) =>
                node.View.Relay.Mesh!.View.Map.Records.TryGetValue(from, out var record) && record.Links.Any(link => link.Peer == to);
        }
    }

    /// <summary>The node has heard of so many subscriptions, its own and others'.</summary>
    public void AwaitInterest(string node, long count) => Eventually.Equal(count, () => _nodes[node].View.Relay.Index.Count);

    public string PathOf(string from, string to) => string.Join(' ', _nodes[from].View.Relay.Mesh!.View.Map.TreeOf(from).PathTo(to));

    public async ValueTask DisposeAsync()
    {
        // All ends of all links first: what is left to say to a node that has gone is no lost letter.
        foreach (var node in _nodes.Values)
            node.View.Relay.Mesh!.Actor.Tell(new Anode.Mesh.MeshActor.Leave(), Akka.Actor.ActorRefs.NoSender);
        foreach (var name in _nodes.Keys.ToList())
            await StopAsync(name);
    }
}
