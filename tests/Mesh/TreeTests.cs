using Anode.Mesh;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Mesh;

/// <summary>The map and its trees: shortest, the same for everybody, and never through who should not be passed.</summary>
public sealed class TreeTests(ITestOutputHelper output)
{
    [Fact]
    public void Path_is_the_cheapest_and_costs_are_the_larger_of_both_ends()
    {
        var map = Map(("a", ["b:1", "c:10"]), ("b", ["a:1", "c:1"]), ("c", ["a:1", "b:5"]));
        Assert.Equal(["a", "b", "c"], map.TreeOf("a").PathTo("c"));
        Assert.Equal(6, map.TreeOf("a").CostTo("c"));
        Assert.Equal("b", map.TreeOf("a").NextHop("a", "c"));
        Assert.Equal("c", map.TreeOf("a").NextHop("b", "c"));
        Assert.Null(map.TreeOf("a").NextHop("c", "b"));
    }

    [Fact]
    public void Link_that_only_one_end_has_is_none()
    {
        var map = Map(("a", ["b:1"]), ("b", []));
        Assert.False(map.TreeOf("a").Reaches("b"));
        Assert.Empty(map.TreeOf("a").PathTo("b"));
        Assert.False(map.TreeOf("a").Reaches("nobody"));
        Assert.Empty(map.TreeOf("nobody").PathTo("a"));
    }

    [Fact]
    public void Draining_node_is_reached_but_nobody_through_it()
    {
        var map = Map(("a", ["b:1", "c:5"]), ("b", ["a:1", "d:1"]), ("c", ["a:5", "d:5"]), ("d", ["b:1", "c:5"]));
        Assert.Equal(["a", "b", "d"], map.TreeOf("a").PathTo("d"));
        map = map.With(map.Find("b")! with { Version = 2, Draining = true });
        Assert.Equal(["a", "c", "d"], map.TreeOf("a").PathTo("d"));
        Assert.Equal(["a", "b"], map.TreeOf("a").PathTo("b"));
        Assert.Equal(["b", "d"], map.TreeOf("b").PathTo("d"));
    }

    [Fact]
    public void Older_record_changes_nothing()
    {
        var map = Map(("a", ["b:1"]), ("b", ["a:1"]));
        Assert.Same(map, map.With(new NodeRecord("a", 1, 1, false, [])));
        Assert.Same(map, map.With(new NodeRecord("a", 0, 9, false, [])));
        Assert.NotSame(map, map.With(new NodeRecord("a", 2, 0, false, [])));
    }

    [Fact]
    public void Random_graphs_have_trees_of_shortest_paths_that_do_not_depend_on_the_order_of_news()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 100; round++)
        {
            var count = random.Next(2, 12);
            var costs = new int[count, count];
            for (var i = 0; i < count; i++)
            {
                for (var j = i + 1; j < count; j++)
                    costs[i, j] = costs[j, i] = random.Next(3) == 0 ? 0 : random.Next(1, 5);
            }

            var records = Enumerable.Range(0, count).Select(i => new NodeRecord(
                $"n{i}", 1, 1, false,
                [.. Enumerable.Range(0, count).Where(j => costs[i, j] > 0).Select(j => new Adjacency($"n{j}", costs[i, j])).OrderBy(link => link.Peer, StringComparer.Ordinal)])).ToArray();
            var map = records.Aggregate(LinkMap.Empty, (map, record) => map.With(record));
            random.Shuffle(records);
            var other = records.Aggregate(LinkMap.Empty, (map, record) => map.With(record));
            var shortest = Shortest(costs, count);
            for (var i = 0; i < count; i++)
            {
                var tree = map.TreeOf($"n{i}");
                for (var j = 0; j < count; j++)
                {
                    var path = tree.PathTo($"n{j}");
                    Assert.Equal(shortest[i, j] == int.MaxValue ? null : shortest[i, j], tree.CostTo($"n{j}"));
                    Assert.Equal(path, other.TreeOf($"n{i}").PathTo($"n{j}"));
                    for (var hop = 0; hop + 1 < path.Count; hop++)
                        Assert.Equal(path[hop + 1], tree.NextHop(path[hop], $"n{j}"));
                }
            }
        }
    }

    /// <summary>By another way: Floyd and Warshall's.</summary>
    private static int[,] Shortest(int[,] costs, int count)
    {
        var shortest = new int[count, count];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
                shortest[i, j] = i == j ? 0 : costs[i, j] > 0 ? costs[i, j] : int.MaxValue;
        }

        for (var k = 0; k < count; k++)
        {
            for (var i = 0; i < count; i++)
            {
                for (var j = 0; j < count; j++)
                {
                    if (shortest[i, k] != int.MaxValue && shortest[k, j] != int.MaxValue)
                        shortest[i, j] = Math.Min(shortest[i, j], shortest[i, k] + shortest[k, j]);
                }
            }
        }

        return shortest;
    }

    private static LinkMap Map(params (string Node, string[] Links)[] nodes) => nodes.Aggregate(LinkMap.Empty, (map, node) => map.With(
        new NodeRecord(node.Node, 1, 1, false, [.. node.Links.Select(link => new Adjacency(link.Split(':')[0], int.Parse(link.Split(':')[1])))])));
}
