using Anode.Discovery;
using Anode.Messages;
using Xunit;

namespace Anode.Tests.Discovery;

/// <summary>Which beacons are believed, who is dialled for them, and who is forgotten.</summary>
public sealed class NeighboursTests
{
    private const long Wall = 1_000_000_000;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30), ForgetAfter = TimeSpan.FromSeconds(10);
    private static readonly NetAddress Door = NetAddress.HostPort(Scheme.Tcp, "10.0.0.2", 7401), Elsewhere = NetAddress.HostPort(Scheme.Tcp, "10.0.0.3", 7401);

    [Theory]
    [InlineData(0, true)]
    [InlineData(-30_000, true)]
    [InlineData(30_000, true)]
    [InlineData(-30_001, false)]
    [InlineData(30_001, false)]
    [InlineData(long.MinValue, false)]
    [InlineData(long.MaxValue - Wall, false)]
    public void Beacon_of_another_time_is_stale(long off, bool fresh) =>
        Assert.Equal(fresh ? BeaconFlaw.None : BeaconFlaw.Stale, new Freshness(Window, 10).Judge(new Beacon("b", 1, 1, unchecked(Wall + off), Door), Wall, TimeSpan.Zero));

    [Theory]
    [InlineData(5, 7, false)] // the same again
    [InlineData(5, 6, false)]
    [InlineData(4, 99, false)] // of an earlier start
    [InlineData(5, 8, true)]
    [InlineData(6, 1, true)]
    public void Recording_is_told_from_news_by_its_number(long incarnation, long number, bool fresh)
    {
        var freshness = new Freshness(Window, 10);
        Assert.Equal(BeaconFlaw.None, freshness.Judge(new Beacon("b", 5, 7, Wall, Door), Wall, TimeSpan.Zero));

        Assert.Equal(fresh ? BeaconFlaw.None : BeaconFlaw.Stale, freshness.Judge(new Beacon("b", incarnation, number, Wall, Door), Wall, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Crowd_is_refused_until_recordings_of_the_former_would_be_stale()
    {
        var freshness = new Freshness(Window, 2);
        foreach (var name in (string[])["b", "c"])
            Assert.Equal(BeaconFlaw.None, freshness.Judge(new Beacon(name, 1, 1, Wall, Door), Wall, TimeSpan.Zero));

        Assert.Equal(BeaconFlaw.Crowd, freshness.Judge(new Beacon("d", 1, 1, Wall, Door), Wall, 2 * Window));
        Assert.Equal(BeaconFlaw.None, freshness.Judge(new Beacon("d", 1, 1, Wall, Door), Wall, 2 * Window + TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void Of_two_with_doors_the_first_by_name_dials_and_one_without_a_door_always_does()
    {
        Assert.Equal((Door, null), new Neighbours("a", ForgetAfter).Hear(new Beacon("b", 1, 1, Wall, Door), ownDoor: true, TimeSpan.Zero, out var isNew));
        Assert.True(isNew);
        Assert.Equal((null, null), new Neighbours("c", ForgetAfter).Hear(new Beacon("b", 1, 1, Wall, Door), ownDoor: true, TimeSpan.Zero, out _));
        Assert.Equal((Door, null), new Neighbours("c", ForgetAfter).Hear(new Beacon("b", 1, 1, Wall, Door), ownDoor: false, TimeSpan.Zero, out _));
        Assert.Equal((null, null), new Neighbours("a", ForgetAfter).Hear(new Beacon("b", 1, 1, Wall, null), ownDoor: true, TimeSpan.Zero, out _));
    }

    [Fact]
    public void One_that_moves_is_dialled_where_it_went()
    {
        var neighbours = new Neighbours("a", ForgetAfter);
        neighbours.Hear(new Beacon("b", 1, 1, Wall, Door), ownDoor: true, TimeSpan.Zero, out _);

        Assert.Equal((null, null), neighbours.Hear(new Beacon("b", 1, 2, Wall, Door), ownDoor: true, TimeSpan.Zero, out var isNew));
        Assert.False(isNew);
        Assert.Equal((Elsewhere, Door), neighbours.Hear(new Beacon("b", 1, 3, Wall, Elsewhere), ownDoor: true, TimeSpan.Zero, out _));
        Assert.Equal((null, Elsewhere), neighbours.Hear(new Beacon("b", 1, 4, Wall, null), ownDoor: true, TimeSpan.Zero, out _));
    }

    [Fact]
    public void Silent_one_is_forgotten_unless_its_link_stands()
    {
        var neighbours = new Neighbours("a", ForgetAfter);
        neighbours.Hear(new Beacon("b", 1, 1, Wall, Door), ownDoor: true, TimeSpan.Zero, out _);
        var late = ForgetAfter + TimeSpan.FromMilliseconds(1);

        Assert.Empty(neighbours.Expire(ForgetAfter, _ => false));
        Assert.Empty(neighbours.Expire(late, _ => true));
        Assert.Equal([("b", Door)], neighbours.Expire(late, _ => false));
        Assert.Equal(0, neighbours.Count);
    }
}
