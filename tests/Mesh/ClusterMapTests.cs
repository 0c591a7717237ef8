using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Mesh;

/// <summary>A cluster is told to the mesh in one word: what that costs in records, and that the map is nevertheless true.</summary>
public sealed class ClusterMapTests(ITestOutputHelper output)
{
    private const int Members = 40;

    [Fact]
    public void Members_list_no_link_to_each_other_and_are_all_linked()
    {
        var net = Whole(Members);

        Assert.All(net.Nodes, node => Assert.Empty(node.Own.Links));
        Assert.All(net.Nodes, node => Assert.True(node.Own.Cluster!.IsWhole));
        AssertTrue(net, Enumerable.Range(0, Members));
    }

    [Theory]
    [InlineData(17)]
    [InlineData(0)] // the speaker itself
    public void The_death_of_one_is_one_record(int dead)
    {
        var net = Whole(Members);
        (net.Said, net.Messages) = (0, 0);

        net.Kill(dead);
        net.Settle();

        output.WriteLine($"{net.Said} records, {net.Messages:N0} times sent");
        Assert.Equal(1, net.Said);
        AssertTrue(net, Enumerable.Range(0, Members).Where(node => node != dead));
    }

    [Fact]
    public void Two_that_lose_each_other_reach_each_other_by_way_of_a_third()
    {
        var net = Whole(10);

        net.Down(3, 7);
        net.Settle();

        AssertTrue(net, Enumerable.Range(0, 10));
        Assert.Equal(3, net.Nodes[3].Map.TreeOf(FloodNet.NameOf(3)).PathTo(FloodNet.NameOf(7)).Count);
    }

    [Fact]
    public void One_that_the_speaker_has_lost_lists_its_links_and_is_whole_again_afterwards()
    {
        var net = Whole(10);

        net.Down(0, 7);
        net.Settle();

        AssertTrue(net, Enumerable.Range(0, 10));
        Assert.Equal(8, net.Nodes[7].Own.Links.Length);
        net.Up(0, 7);
        net.Settle();
        Assert.Empty(net.Nodes[7].Own.Links);
        AssertTrue(net, Enumerable.Range(0, 10));
    }

    [Fact]
    public void Two_clusters_of_one_name_list_their_links()
    {
        var net = new FloodNet(new Random(1));
        for (var i = 0; i < 8; i++)
            net.Add("same");
        for (var i = 0; i < 4; i++)
        {
            for (var j = 0; j < i; j++)
            {
                net.Up(i, j);
                net.Up(4 + i, 4 + j);
            }
        }

        net.Add();
        net.Up(0, 8);
        net.Up(8, 5);
        net.IsSettled = true;
        net.Settle();

        AssertTrue(net, Enumerable.Range(0, 9));
    }

    /// <summary>Members and relays outside, whose links and lives come and go while records are under way.</summary>
    [Fact]
    public void Whatever_happened_the_map_tells_the_links_that_there_are()
    {
        for (var round = 0; round < 200; round++)
        {
            var seed = Random.Shared.Next();
            var random = new Random(seed);
            try
            {
                Live(random);
            }
            catch (Exception e)
            {
                throw new Xunit.Sdk.XunitException($"seed {seed}: {e.Message}");
            }
        }
    }

    private static void Live(Random random)
    {
        var net = new FloodNet(random);
        var (members, outside) = (random.Next(2, 12), random.Next(0, 6));
        var incarnation = 1;
        for (var i = 0; i < members + outside; i++)
            net.Add(ClusterOf(i));
        for (var i = 1; i < members; i++)
        {
            for (var j = 0; j < i; j++)
                net.Up(i, j);
        }

        for (var i = members; i < members + outside; i++)
            net.Up(i, random.Next(i));
        net.IsSettled = true;
        net.Settle();
        for (var step = 0; step < 40; step++)
        {
            net.IsSettled = random.Next(3) == 0;
            var (a, b) = (random.Next(members + outside), random.Next(members + outside));
            switch (random.Next(5))
            {
                case 0:
                    net.Kill(a);
                    break;
                case 1 when net.Dead.Contains(a):
                    net.Restart(a, ++incarnation, ClusterOf(a));
                    break;
                case 2 when net.Links[a].Contains(b):
                    net.Down(a, b);
                    break;
                default:
                    if (!net.Dead.Contains(a) && !net.Dead.Contains(b))
                        net.Up(a, b);
                    break;
            }

            if (random.Next(4) == 0)
                net.Settle();
            else
                net.Deliver(most: random.Next(60));
        }

        net.IsSettled = true;
        net.Settle();
        AssertTrue(net, Enumerable.Range(0, members + outside).Except(net.Dead));

        string ClusterOf(int node) => node < members ? "c" : "";
    }

    private static FloodNet Whole(int members)
    {
        var net = new FloodNet(new Random(members));
        for (var i = 0; i < members; i++)
            net.Add("c");
        for (var i = 0; i < members; i++)
        {
            for (var j = 0; j < i; j++)
                net.Up(i, j);
            net.Deliver();
        }

        net.IsSettled = true;
        net.Settle();
        return net;
    }

    /// <summary>Everybody knows of every link there is in its part of the graph, and of no other.</summary>
    private static void AssertTrue(FloodNet net, IEnumerable<int> alive)
    {
        foreach (var node in alive)
        {
            var seen = new Queue<int>([node]);
            var part = new HashSet<int> { node };
            while (seen.TryDequeue(out var at))
            {
                foreach (var peer in net.Links[at].Where(part.Add))
                    seen.Enqueue(peer);
            }

            var map = net.Nodes[node].Map;
            foreach (var other in part)
                Assert.Equal(net.Links[other].Select(FloodNet.NameOf).Order(StringComparer.Ordinal), map.LinksOf(FloodNet.NameOf(other)).Select(link => link.Peer));
            Assert.Equal(
                part.Select(FloodNet.NameOf).Order(StringComparer.Ordinal),
                map.Records.Keys.Where(name => map.TreeOf(FloodNet.NameOf(node)).Reaches(name)));
        }
    }
}
