using Anode.Experiments.Plans;
using Anode.Experiments.Scenarios;
using CsCheck;
using Xunit;

namespace Anode.Tests.Experiments;

/// <summary>Files → scenarios → plans, without running anything.</summary>
public sealed class ScenarioTests
{
    private const string Small = """
        experiment {
          name = small
          topology { nodes = [a, b, c], links = ["a-b", "b-c"] }
          workload = [{ rate = 100, publishers { at = [a] }, subscribers { at = [c] } }]
          phases = [{ name = baseline, for = 2s }, { name = fault, for = 20s }]
          faults = [{ id = f1, phase = fault, at = 1s, kind = process.kill, target = minority, restart-after = 1s }]
          random-faults { phase = fault, interval = 2s, pick = [{ kind = process.pause, target = one, for = 200ms }, { kind = process.restart, target = all, spacing = 100ms }] }
          expect { lost-acked { max = 0 } }
        }
        """;

    [Fact]
    public void Scenario_is_read_with_its_defaults()
    {
        var scenario = Read(Small);
        Assert.Equal("small", scenario.Name);
        Assert.Equal(Acknowledge.Receipt, scenario.Workloads[0].Acknowledge);
        Assert.True(scenario.Control);
        Assert.True(scenario.Drain.UntilQuiescent);
        Assert.Equal([("a", "b"), ("b", "c")], scenario.Topology.Links);
        Assert.Equal(0, scenario.Expect.LostAcked);
        Assert.Null(scenario.Expect.Lost);
    }

    [Theory]
    [InlineData("name = small", "nam = small", "experiment.name")]
    [InlineData("rate = 100", "rat = 100", "experiment.workload[0].rate")]
    [InlineData("phase = fault, at = 1s", "phas = fault, at = 1s", "experiment.faults[0].phase")]
    [InlineData("kind = process.kill", "kind = process.kil", "process.kill")]
    [InlineData("lost-acked {", "lost-aked {", "experiment.expect.lost-acked")]
    [InlineData("phase = fault, at", "phase = falt, at", "experiment.faults[0].phase = 'falt' is none of baseline, fault")]
    [InlineData("target = minority", "target = d", "experiment.faults[0].target = 'd'")]
    [InlineData("at = [c]", "at = [d]", "experiment.workload[0].subscribers.at")]
    [InlineData("rate = 100", "rate = fast", "experiment.workload[0].rate = 'fast'")]
    [InlineData("\"a-b\"", "\"a-d\"", "experiment.topology.links has 'a-d'")]
    [InlineData("for = 200ms", "", "experiment.random-faults.pick[0].for is missing")]
    [InlineData("for = 2s", "for = 2", "experiment.phases[0].for = '2'")]
    [InlineData("{ max = 0 }", "{ max = none }", "experiment.expect.lost-acked.max = 'none'")]
    public void Mistake_is_named_with_its_key_and_line(string right, string wrong, string named)
    {
        var text = Small.Replace(right, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Small, text);
        Assert.False(ScenarioReader.TryRead(text, "small.conf", out _, out var errors));
        Assert.Contains(errors, error => error.ToString().StartsWith("small.conf:", StringComparison.Ordinal) && error.Message.Contains(named, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("kind = partition, groups = [a, \"b c\"]", "a link:b")] // there is no link between a and c
    [InlineData("kind = partition, direction = out, groups = [\"c a\", b]", "c link:b, a link:b")]
    [InlineData("kind = cluster.partition, groups = [c, \"a, b\"]", "c member:a, c member:b")]
    [InlineData("kind = cluster.partition, groups = [a, b, c]", "a member:b, a member:c, b member:c")]
    public void Groups_are_cut_off_from_each_other_pair_by_pair(string fault, string places)
    {
        var cluster = fault.Contains("cluster", StringComparison.Ordinal) ? Small.Replace("nodes =", "cluster = on, nodes =", StringComparison.Ordinal) : Small;
        var scenario = Read(cluster.Replace("kind = process.kill, target = minority, restart-after = 1s", $"for = 2s, {fault}", StringComparison.Ordinal));
        Assert.Equal(places, string.Join(", ", Planner.Faults(scenario, 1).Where(f => f.Spec == "f1").Select(f => $"{f.Node} {f.Target}")));
    }

    [Theory]
    [InlineData("kind = partition, groups = [a, c]", "groups has no two that are linked")]
    [InlineData("kind = partition, groups = [a, \"b a\"]", "groups has a node twice")]
    [InlineData("kind = partition, groups = [a, d]", "groups has 'd', which is none of a, b, c")]
    [InlineData("kind = partition, groups = [\"a b\"]", "groups needs at least two")]
    [InlineData("kind = partition, groups = [a, b], links = [a-b]", "groups and links say the same in two ways")]
    [InlineData("kind = cluster.partition, groups = [a, b]", "kind = 'cluster.partition' needs topology.cluster = on")]
    public void Groups_that_cannot_be_cut_are_named(string fault, string named)
    {
        var text = Small.Replace("kind = process.kill, target = minority, restart-after = 1s", $"for = 2s, {fault}", StringComparison.Ordinal);
        Assert.False(ScenarioReader.TryRead(text, "small.conf", out _, out var errors));
        Assert.Contains(errors, error => error.Message.StartsWith($"experiment.faults[0].{named}", StringComparison.Ordinal));
    }

    [Fact]
    public void Scenario_in_the_documentation_is_one()
    {
        var page = File.ReadAllText(Path.Combine(RunTests.Root(), "docs", "experiments.md"));
        var from = page.IndexOf("```hocon\n", StringComparison.Ordinal) + "```hocon\n".Length;
        Read(page[from..page.IndexOf("```", from, StringComparison.Ordinal)]);
        foreach (var kind in FaultKinds.All.Keys.Where(kind => kind.Contains('.')))
            Assert.Contains($"`{kind}`", page);
    }

    [Fact]
    public void Kinds_of_faults_inside_a_node_are_those_a_node_knows() =>
        Assert.Equal(Anode.Faults.FaultKinds.Names.Order(), FaultKinds.All.Where(kind => kind.Value.Hand == FaultHand.Node).Select(kind => kind.Key).Order());

    [Fact]
    public void Text_that_is_no_scenario_is_refused_in_one_sentence()
    {
        foreach (var text in (string[])["", "node { name = a }", "experiment {", "experiment = 5", "\0"])
        {
            Assert.False(ScenarioReader.TryRead(text, "x", out _, out var errors));
            Assert.NotEmpty(errors);
        }
    }

    [Fact]
    public void Same_seed_makes_the_same_plan() => Gen.ULong.Sample(seed =>
    {
        var scenario = Read(Small);
        Assert.Equal(Text(Planner.Faults(scenario, seed)), Text(Planner.Faults(scenario, seed)));
        foreach (var flow in Flow.Of(scenario))
        {
            Assert.Equal(flow.Times(seed).Take(100), flow.Times(seed).Take(100));
            Assert.Equal(Enumerable.Range(0, 100).Select(i => flow.SizeOf(seed, i)), Enumerable.Range(0, 100).Select(i => flow.SizeOf(seed, i)));
        }
    });

    [Fact]
    public void Different_seeds_make_different_plans()
    {
        var scenario = Read(Small);
        var plans = Enumerable.Range(0, 50).Select(seed => Text(Planner.Faults(scenario, (ulong)seed))).Distinct().Count();
        Assert.True(plans > 45, $"only {plans} of 50 plans differ");
    }

    [Fact]
    public void Every_planned_fault_stands_in_its_phase_and_at_a_node_that_exists() => Gen.ULong.Sample(seed =>
    {
        var scenario = Read(Small);
        var faults = Planner.Faults(scenario, seed);
        Assert.All(faults, fault => Assert.InRange(fault.At, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(22)));
        Assert.All(faults, fault => Assert.Contains(fault.Node, scenario.Topology.Nodes));
        Assert.Equal(faults.Length, faults.Select(fault => fault.Id).Distinct().Count());
        Assert.Single(faults, fault => fault.Spec == "f1");
    });

    [Fact]
    public void Arrivals_keep_their_rate()
    {
        var scenario = Read(Small.Replace("rate = 100", "rate = 100, arrival = poisson", StringComparison.Ordinal));
        var last = Flow.Of(scenario)[0].Times(3).ElementAt(5000);
        Assert.InRange(last.TotalSeconds, 45, 55);
    }

    [Fact]
    public void Burst_is_sent_at_once_by_all_publishers_together()
    {
        var scenario = Read(Small.Replace("rate = 100, publishers {", "arrival = burst, burst { size = 7, every = 2s }, publishers { count = 3,", StringComparison.Ordinal));
        var times = Flow.Of(scenario).SelectMany(flow => flow.Times(1).TakeWhile(t => t < TimeSpan.FromSeconds(5))).GroupBy(t => t).OrderBy(g => g.Key).Select(g => (g.Key.TotalSeconds, g.Count()));
        Assert.Equal([(0, 7), (2, 7), (4, 7)], times);
    }

    [Theory]
    [InlineData("rate = 100", "rate = 100, arrival = burst", "rate follows from the bursts")]
    [InlineData("rate = 100", "burst { size = 3 }", "burst needs arrival = burst")]
    [InlineData("kind = process.kill, target = minority", "kind = latency, target = \"client:a\"", "needs topology.proxies = on")]
    [InlineData("nodes = [a, b, c], links = [\"a-b\", \"b-c\"]", "nodes = [a, b, c, proxies], links = [\"a-b\"], proxies = on", "nodes has 'proxies'")]
    [InlineData("kind = process.kill, target = minority", "kind = process.clock-step, target = a", "by is missing")]
    [InlineData("kind = process.kill, target = minority", "kind = process.clock-step, target = a, by = soon", "by is missing, or not a duration")]
    [InlineData("kind = process.kill, target = minority", "kind = process.pause, target = a, by = 1s", "unknown key experiment.faults[0].by")]
    [InlineData("topology {", "topology { attached { a { server = here } },", "attached.a.server = 'here' is not an address")]
    [InlineData("topology {", "topology { attached { a { nats = \"tcp://127.0.0.1:1\" } },", "protocol = native needs topology.attached.a.server")]
    [InlineData("random-faults {", "faults = [{ phase = fault, kind = latency, on = a }], topology { attached { a { server = \"tcp://127.0.0.1:1\" } } }, random-faults {", "topology.attached.a.http is missing")]
    public void What_does_not_go_together_is_named(string right, string wrong, string named) => Mistake_is_named_with_its_key_and_line(right, wrong, named);

    [Fact]
    public void Faults_at_clients_sit_in_the_proxies_also_before_another_server()
    {
        var scenario = Read(Small.Replace("topology {", "topology { target = nats-server, proxies = on,", StringComparison.Ordinal)
            .Replace("kind = process.kill, target = minority, restart-after = 1s", "for = 1s, kind = latency, target = \"client:all\"", StringComparison.Ordinal));
        Assert.Equal(
            ["proxies endpoint:client-a", "proxies endpoint:client-b", "proxies endpoint:client-c"],
            Planner.Faults(scenario, 1).Where(fault => fault.Spec == "f1").Select(fault => $"{fault.Node} {fault.Target}"));
    }

    [Fact]
    public void Assignment_replaces_a_value_an_item_of_a_list_or_a_whole_block_and_nothing_else()
    {
        Assert.True(ScenarioOverrides.TryApply(Small, "small.conf", ["workload.0.rate=7", "topology.links=[a-b]", "faults.0.target=b", "seed = 9"], out var text, out var error), error);
        var (before, after) = (Read(Small), Read(text));
        Assert.Equal((7.0, 9UL), (after.Workloads[0].Rate, after.Seed));
        Assert.Equal([("a", "b")], after.Topology.Links);
        Assert.Equal(["b"], after.Faults[0].On);
        Assert.Equal((before.Faults[0].At, before.Faults[0].RestartAfter, before.Length, before.Random!.Pick.Count), (after.Faults[0].At, after.Faults[0].RestartAfter, after.Length, after.Random!.Pick.Count));
    }

    [Theory]
    [InlineData("workload.5.rate=7", "there is no such item")]
    [InlineData("workload.x.rate=7", "there is no such item")]
    [InlineData("seed", "is not key=value")]
    [InlineData("topology.links=[a-b", "topology.links=[a-b")]
    public void Assignment_that_cannot_be_made_is_refused_by_its_text(string assignment, string named)
    {
        Assert.False(ScenarioOverrides.TryApply(Small, "small.conf", [assignment], out _, out var error));
        Assert.StartsWith("--set: ", error);
        Assert.Contains(named, error);
    }

    private static Scenario Read(string text)
    {
        Assert.True(ScenarioReader.TryRead(text, "small.conf", out var scenario, out var errors), string.Join('\n', errors));
        return scenario;
    }

    private static string Text(IEnumerable<PlannedFault> faults) => string.Join('\n', faults.Select(f => $"{f.At} {f.Id} {f.Kind} {f.Node} {f.For} {f.Seed}"));
}
