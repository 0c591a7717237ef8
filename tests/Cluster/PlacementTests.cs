using Anode.Cluster.Placement;
using CsCheck;
using Xunit;

namespace Anode.Tests.Cluster;

/// <summary>Directors and hosts in virtual time, under trouble. A failing case prints its seed, and the seed is the run.</summary>
public sealed class PlacementTests
{
    [Fact]
    public void Under_pauses_deaths_and_losses_no_endpoint_has_two_owners_and_in_peace_every_one_has_one()
    {
        Gen.Select(Gen.Int, Gen.Int[3, 5]).Sample((seed, count) =>
        {
            var cluster = new PlacementSimulation(seed, count, endpoints: 6);
            cluster.Begin();

            cluster.Run(trouble: TimeSpan.FromSeconds(60), peace: TimeSpan.FromSeconds(30));

            var violations = AtMostOneOwner.Violations(cluster.History, cluster.Ends);
            Assert.True(violations.Count == 0, $"seed {seed}, {count} members: {string.Join("; ", violations.Take(3))}\n{string.Join('\n', cluster.Trace)}");
            Assert.True(cluster.Served == 6, $"seed {seed}, {count} members: {cluster.Describe()}\n{string.Join('\n', cluster.Trace)}");
        }, iter: 100);
    }

    [Fact]
    public void Hosts_that_outstay_their_lease_are_caught()
    {
        var lax = PlacementTimes.Default with { Lease = TimeSpan.FromSeconds(60), MaxPause = TimeSpan.FromSeconds(60) };

        var violations = Enumerable.Range(0, 20).Sum(seed =>
        {
            var cluster = new PlacementSimulation(seed, 3, endpoints: 6, lax);
            cluster.Begin();
            cluster.Run(trouble: TimeSpan.FromSeconds(60), peace: TimeSpan.FromSeconds(5));
            return AtMostOneOwner.Violations(cluster.History, cluster.Ends).Count;
        });

        Assert.NotEqual(0, violations);
    }

    [Fact]
    public void In_peace_everything_is_placed_within_a_second()
    {
        var cluster = new PlacementSimulation(1, 3, endpoints: 1000);
        cluster.Begin();

        cluster.Run(trouble: TimeSpan.Zero, peace: TimeSpan.FromSeconds(1));

        Assert.Equal(1000, cluster.Served);
        Assert.Equal(1000, cluster.History.Count); // each once, and none moved
    }
}
