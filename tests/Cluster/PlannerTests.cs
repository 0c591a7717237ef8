using Anode.Cluster.Membership;
using Anode.Cluster.Placement;
using CsCheck;
using Xunit;

namespace Anode.Tests.Cluster;

/// <summary>The planner alone: pure, so a cluster of any size costs nothing. A failing case prints its seed.</summary>
public sealed class PlannerTests
{
    private static readonly Dictionary<string, IReadOnlyList<Holding>> Nobody = [];
    private static readonly Dictionary<string, ProcessId> NoMoves = [];

    [Fact]
    public void Thousand_endpoints_spread_evenly()
    {
        Gen.Int[1, 9].Sample(count =>
        {
            var (declared, hosts) = (Endpoints(1000), Hosts(count, 1000));

            var starts = Planner.Plan(declared, hosts, Nobody, NoMoves).Cast<StartIt>().ToList();

            Assert.Equal(1000, starts.Select(start => start.Endpoint).Distinct().Count());
            var loads = hosts.Select(host => starts.Count(start => start.Host == host.Host)).ToList();
            Assert.True(loads.Max() - loads.Min() <= 1, string.Join(' ', loads));
        }, iter: 20);
    }

    [Fact]
    public void Lost_host_costs_only_its_own_endpoints_and_they_spread_evenly()
    {
        Gen.Select(Gen.Int[3, 9], Gen.Int[0, 8]).Sample((count, lost) =>
        {
            var (declared, hosts) = (Endpoints(1000), Hosts(count, 1000));
            var held = Apply(Nobody, Planner.Plan(declared, hosts, Nobody, NoMoves));
            var gone = hosts[lost % count];
            var left = hosts.Where(host => host != gone).ToArray();
            var rest = held.Where(one => one.Value[0].Host != gone.Host).ToDictionary();

            var actions = Planner.Plan(declared, left, rest, NoMoves);

            Assert.All(actions, action => Assert.IsType<StartIt>(action));
            Assert.Equal(1000 - rest.Count, actions.Count);
            var after = Apply(rest, actions);
            var loads = left.Select(host => after.Count(one => one.Value[0].Host == host.Host)).ToList();
            Assert.True(loads.Max() - loads.Min() <= 1, string.Join(' ', loads));
        }, iter: 20);
    }

    [Fact]
    public void Nothing_moves_when_a_host_joins()
    {
        var declared = Endpoints(100);
        var held = Apply(Nobody, Planner.Plan(declared, Hosts(2, 100), Nobody, NoMoves));

        Assert.Empty(Planner.Plan(declared, Hosts(3, 100), held, NoMoves));
    }

    [Fact]
    public void Whatever_the_state_nothing_is_started_that_somebody_may_have_and_the_plan_comes_to_rest()
    {
        var gen =
            from hosts in Gen.Int[0, 5]
            from endpoints in Gen.Int[1, 12]
            from holders in Gen.Select(Gen.Int[0, 7], Gen.Int[0, 11], Gen.Long[1, 9]).List[0, 20]
            from moves in Gen.Select(Gen.Int[0, 11], Gen.Int[0, 7]).List[0, 4]
            select (hosts, endpoints, holders, moves);
        gen.Sample(state =>
        {
            var (declared, hosts) = (Endpoints(state.endpoints), Hosts(state.hosts, state.endpoints));
            var held = state.holders.GroupBy(one => $"e{one.Item2}").ToDictionary(
                group => group.Key,
                group => (IReadOnlyList<Holding>)[.. group.DistinctBy(one => one.Item1).Select(one => new Holding(Id(one.Item1), new Epoch(1, one.Item3)))]);
            var moves = state.moves.DistinctBy(move => move.Item1).ToDictionary(move => $"e{move.Item1}", move => Id(move.Item2));

            for (var round = 0; round < 3; round++)
            {
                var actions = Planner.Plan(declared, hosts, held, moves);
                Assert.All(actions.OfType<StartIt>(), start => Assert.False(held.TryGetValue(start.Endpoint, out var holders) && holders.Count > 0));
                Assert.All(actions.OfType<StopIt>(), stop => Assert.Contains(held[stop.Endpoint], holding => holding.Host == stop.Host));
                Assert.Equal(actions.Count, actions.DistinctBy(action => (action.Endpoint, action.Host)).Count());
                held = Apply(held, actions);
            }

            Assert.Empty(Planner.Plan(declared, hosts, held, moves));
            Assert.All(declared, endpoint => Assert.True((held.TryGetValue(endpoint.Name, out var holders) ? holders.Count : 0) == (hosts.Length > 0 ? 1 : 0)));
        }, iter: 2000);
    }

    [Fact]
    public void Roles_and_preferences_choose_the_host()
    {
        Capability[] hosts = [Host(0, ["e0", "e1", "e2", "e3"], "edge"), Host(1, ["e0", "e1", "e2"]), Host(2, ["e0", "e1", "e2"], "core")];
        Declared[] declared = [new("e0", ["edge"], []), new("e1", [], ["nobody", "c"]), new("e2", ["core", "edge"], ["b", "c"]), new("e3", [], ["c"])];

        var starts = Planner.Plan(declared, hosts, Nobody, NoMoves).Cast<StartIt>().ToDictionary(start => start.Endpoint, start => start.Host);

        Assert.Equal(Id(0), starts["e0"]);
        Assert.Equal(Id(2), starts["e1"]);
        Assert.Equal(Id(2), starts["e2"]); // b has neither role
        Assert.Equal(Id(0), starts["e3"]); // only a has it in its configuration
    }

    [Fact]
    public void Move_stops_first_and_starts_at_the_target_after_that()
    {
        var (declared, hosts) = (Endpoints(1), Hosts(3, 1));
        var moves = new Dictionary<string, ProcessId> { ["e0"] = Id(2) };
        var held = new Dictionary<string, IReadOnlyList<Holding>> { ["e0"] = [new Holding(Id(0), new Epoch(1, 1))] };

        Assert.Equal(new StopIt("e0", Id(0)), Assert.Single(Planner.Plan(declared, hosts, held, moves)));
        Assert.Equal(new StartIt("e0", Id(2)), Assert.Single(Planner.Plan(declared, hosts, Nobody, moves)));
    }

    private static ProcessId Id(int host) => new($"10.0.0.{host}:7500", host + 100);

    private static Declared[] Endpoints(int count) => [.. Enumerable.Range(0, count).Select(i => new Declared($"e{i}", [], []))];

    private static Capability[] Hosts(int count, int endpoints) => [.. Enumerable.Range(0, count).Select(i => Host(i, [.. Endpoints(endpoints).Select(e => e.Name)]))];

    private static Capability Host(int host, string[] endpoints, params string[] roles) => new(Id(host), ((char)('a' + host)).ToString(), roles, endpoints.ToHashSet());

    private static Dictionary<string, IReadOnlyList<Holding>> Apply(IReadOnlyDictionary<string, IReadOnlyList<Holding>> held, IReadOnlyList<PlanAction> actions)
    {
        var after = held.ToDictionary(one => one.Key, one => one.Value.ToList());
        foreach (var action in actions)
        {
            if (!after.TryGetValue(action.Endpoint, out var holders))
                after[action.Endpoint] = holders = [];
            if (action is StartIt)
                holders.Add(new Holding(action.Host, new Epoch(2, 1)));
            else
                holders.RemoveAll(holding => holding.Host == action.Host);
        }

        return after.ToDictionary(one => one.Key, one => (IReadOnlyList<Holding>)one.Value);
    }
}
