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

    private static Scenario Read(string text)
    {
        Assert.True(ScenarioReader.TryRead(text, "small.conf", out var scenario, out var errors), string.Join('\n', errors));
        return scenario;
    }

    private static string Text(IEnumerable<PlannedFault> faults) => string.Join('\n', faults.Select(f => $"{f.At} {f.Id} {f.Kind} {f.Node} {f.For} {f.Seed}"));
}
