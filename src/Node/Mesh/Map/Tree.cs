namespace Anode.Mesh;

/// <summary>
/// The shortest paths from one node to all others. Of paths that cost the same, each node's is the one that comes by the neighbour whose name
/// is first in ordinal order, so everybody with the same map has the same tree.
/// </summary>
/// <remarks>
/// Dijkstra's algorithm. Costs are at least 1, so all neighbours over which a node could be reached at its cost are settled before it, and
/// the choice between them does not depend on the order of the queue. A draining node is reached, but nobody through it.
/// </remarks>
internal sealed class Tree
{
    private const int None = -1;

    private readonly Graph _graph;
    private readonly int _origin;
    private readonly int[] _parent;
    private readonly long[] _cost;

    public Tree(Graph graph, string origin)
    {
        _graph = graph;
        _origin = graph.NumberOf(origin);
        _parent = new int[graph.Names.Length];
        _cost = new long[graph.Names.Length];
        Array.Fill(_parent, None);
        Array.Fill(_cost, long.MaxValue);
        if (_origin >= 0)
            Grow();
    }

    public bool Reaches(string node) => CostTo(node) is not null;

    /// <summary>Null: there is no path.</summary>
    public long? CostTo(string node) => _graph.NumberOf(node) is >= 0 and var number && _cost[number] != long.MaxValue ? _cost[number] : null;

    /// <summary>
    /// Where a message of the origin's goes from <paramref name="at"/> to get to <paramref name="node"/>: the neighbour on the path. Null when
    /// <paramref name="at"/> is not on the path, or there is none.
    /// </summary>
    public string? NextHop(string at, string node)
    {
        var (here, number) = (_graph.NumberOf(at), _graph.NumberOf(node));
        if (here < 0 || number < 0)
            return null;
        while (_parent[number] != None)
        {
            if (_parent[number] == here)
                return _graph.Names[number];
            number = _parent[number];
        }

        return null;
    }

    /// <summary>All nodes on the way, both ends included; empty when there is no path.</summary>
    public IReadOnlyList<string> PathTo(string node)
    {
        if (!Reaches(node))
            return [];
        var path = new List<string>();
        for (var number = _graph.NumberOf(node); number != None; number = _parent[number])
            path.Add(_graph.Names[number]);
        path.Reverse();
        return path;
    }

    private void Grow()
    {
        var open = new PriorityQueue<int, long>();
        _cost[_origin] = 0;
        open.Enqueue(_origin, 0);
        while (open.TryDequeue(out var node, out var cost))
        {
            if (cost > _cost[node] || (_graph.Draining[node] && node != _origin))
                continue;
            foreach (var (peer, step) in _graph.Links[node])
            {
                var sum = cost + step;
                if (sum > _cost[peer] || (sum == _cost[peer] && (_parent[peer] == None || node >= _parent[peer])))
                    continue;
                if (sum < _cost[peer])
                    open.Enqueue(peer, sum);
                (_cost[peer], _parent[peer]) = (sum, node);
            }
        }
    }
}
