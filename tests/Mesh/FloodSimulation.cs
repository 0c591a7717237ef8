using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Mesh;

/// <summary>Relays whose links fail and come back while records are under way: in the end all must have the same map.</summary>
public sealed class FloodSimulation(ITestOutputHelper output)
{
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
        var net = new FloodNet(random);
        for (var i = 0; i < count; i++)
            net.Add();

        for (var i = 0; i < count; i++)
        {
            for (var d = 0; d < degree / 2; d++)
                net.Up(i, d == 0 ? (i + 1) % count : random.Next(count));
        }

        net.Deliver();
        output.WriteLine($"{count} relays, {net.Links.Sum(links => links.Count) / 2} links: whole after {net.Messages:N0} records, {clock.Elapsed.TotalSeconds:0.0} s");
        AssertAgree(net);
        for (var round = 0; round < 3; round++)
        {
            (net.Messages, var failures) = (0, Math.Max(5, count / 50));
            clock.Restart();
            for (var f = 0; f < failures; f++)
            {
                var (a, b) = (random.Next(count), random.Next(count));
                if (net.Links[a].Count > 0 && random.Next(2) == 0)
                    net.Down(a, net.Links[a].ElementAt(random.Next(net.Links[a].Count)));
                else
                    net.Up(a, b);
                net.Deliver(most: random.Next(200)); // the next one comes while this one is still being told
            }

            net.Deliver();
            AssertAgree(net);
            output.WriteLine($"{failures} changes at once: {net.Messages:N0} records, {clock.Elapsed.TotalSeconds:0.0} s");
        }
    }

    /// <summary>All in one part of the graph, which the ring makes likely but failures need not leave so.</summary>
    private static void AssertAgree(FloodNet net)
    {
        var first = net.Nodes[0].Map;
        var reached = Enumerable.Range(0, net.Nodes.Count).Where(node => first.TreeOf(FloodNet.NameOf(0)).Reaches(FloodNet.NameOf(node))).ToList();
        Assert.True(reached.Count > net.Nodes.Count / 2, $"only {reached.Count} of {net.Nodes.Count} are still linked");
        foreach (var node in reached)
        {
            foreach (var other in reached)
                Assert.Same(net.Nodes[other].Own, net.Nodes[node].Map.Find(FloodNet.NameOf(other)));
        }

        // Trees are the same since maps are; and they reach everybody.
        Assert.Equal(first.TreeOf(FloodNet.NameOf(reached[^1])).PathTo(FloodNet.NameOf(0)), net.Nodes[reached[^1]].Map.TreeOf(FloodNet.NameOf(reached[^1])).PathTo(FloodNet.NameOf(0)));
    }
}
