using Anode.Cluster.Placement;
using Xunit;

namespace Anode.Tests.Cluster;

/// <summary>The checker itself, with planted faults: one that never complains would prove nothing.</summary>
public sealed class AtMostOneOwnerTests
{
    [Fact]
    public void Owners_one_after_another_are_no_violation() =>
        Assert.Empty(AtMostOneOwner.Violations([On("a", 1, 10), Off("a", 1, 20), On("b", 2, 20), Off("b", 2, 30), On("a", 3, 31)]));

    [Fact]
    public void Two_owners_at_a_time_are_named()
    {
        var violation = Assert.Single(AtMostOneOwner.Violations([On("a", 1, 10), Off("a", 1, 25), On("b", 2, 20)]));

        Assert.Equal("front: b had it from 20 by 1.2, a until 25 by 1.1", violation);
    }

    [Fact]
    public void Long_owner_beneath_several_others_is_found() =>
        Assert.Equal(2, AtMostOneOwner.Violations([On("a", 1, 10), On("b", 2, 20), Off("b", 2, 21), On("c", 3, 30), Off("a", 1, 40)]).Count);

    [Fact]
    public void Smaller_epoch_after_a_greater_one_is_a_violation() =>
        Assert.Contains("after a by 1.2", Assert.Single(AtMostOneOwner.Violations([On("a", 2, 10), Off("a", 2, 20), On("b", 1, 30)])));

    [Fact]
    public void Killed_owner_had_it_until_it_was_killed()
    {
        Ownership[] history = [On("a", 1, 10), On("b", 2, 30)];

        Assert.Single(AtMostOneOwner.Violations(history));
        Assert.Empty(AtMostOneOwner.Violations(history, new Dictionary<string, long> { ["a"] = 29 }));
        Assert.Single(AtMostOneOwner.Violations(history, new Dictionary<string, long> { ["a"] = 33 }));
        Assert.Empty(AtMostOneOwner.Violations(history, new Dictionary<string, long> { ["a"] = 33 }, tolerance: 5));
    }

    [Fact]
    public void Endpoints_do_not_concern_each_other() =>
        Assert.Empty(AtMostOneOwner.Violations([On("a", 1, 10), On("b", 2, 20) with { Endpoint = "back" }]));

    private static Ownership On(string node, long number, long at) => new("front", node, new Epoch(1, number), true, at, DateTimeOffset.UnixEpoch.AddMilliseconds(at));

    private static Ownership Off(string node, long number, long at) => On(node, number, at) with { Acquired = false };
}
