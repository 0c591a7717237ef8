using System.Text.Json;
using Anode.Experiments.Scenarios;
using Anode.Tests.Processes;
using Anode.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Experiments;

/// <summary>Scenarios that cannot fail show nothing, and plans that cannot be repeated neither.</summary>
[Collection(nameof(AloneCollection))]
public sealed class MechanismTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("anode-experiment-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>The suite has time for two, cut short; <c>ANODE_SOAK_EXPERIMENTS=1</c> takes all as they are.</summary>
    public static TheoryData<string> Scenarios => SoakFactAttribute.IsWanted ? RunTests.Shipped : ["port-stolen.conf", "lossy-link.conf"];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Scenario_fails_when_its_mechanism_is_off(string name)
    {
        var path = Path.Combine(RunTests.Root(), "config", "experiments", name);
        string[] shorter = SoakFactAttribute.IsWanted ? [] : ["--set", "phases.0.for=500ms", "--set", "phases.1.for=3500ms"];
        var outcome = await RunAsync(["experiment", "run", path, "--without-mechanism", "--repeat", "1", "--set", "control-run=off", "--out", Path.Combine(_folder.FullName, "results"), .. shorter]);
        output.WriteLine(outcome.Error);
        outcome.Exits(5);
    }

    [Theory]
    [MemberData(nameof(RunTests.Shipped), MemberType = typeof(RunTests))]
    public void Every_shipped_scenario_says_how_its_mechanism_is_switched_off_and_stays_one(string name)
    {
        var text = File.ReadAllText(Path.Combine(RunTests.Root(), "config", "experiments", name));
        Assert.True(ScenarioReader.TryRead(text, name, out var scenario, out _));
        Assert.NotEmpty(scenario.MechanismOff);
        Assert.True(ScenarioOverrides.TryApply(text, name, scenario.MechanismOff, out var changed, out var error), error);
        Assert.True(ScenarioReader.TryRead(changed, name, out var off, out var errors), string.Join('\n', errors));
        Assert.Equal(scenario.Expect with { Latencies = [] }, off.Expect with { Latencies = [] }); // it fails by the same measure
    }

    [SoakFact]
    public async Task Same_seed_gives_the_same_schedule_and_the_same_verdict_twenty_times_over_and_other_seeds_do_not()
    {
        var file = Path.Combine(_folder.FullName, "repeated.conf");
        await File.WriteAllTextAsync(file, """
            experiment {
              name = repeated
              control-run = off
              topology { nodes = [a, b, c], links = ["a-b", "b-c", "c-a"] }
              workload = [{ rate = 200, arrival = poisson, publishers { at = [a] }, subscribers { at = [c] } }]
              phases = [{ name = chaos, for = 3s }]
              random-faults { phase = chaos, interval = 1s, pick = [{ kind = process.pause, target = b, for = 200ms }, { kind = link.reset, links = ["a-c"], for = 100ms }, { kind = link.latency, links = ["a-b"], for = 400ms, latency = 5ms }] }
              expect { lost-acked { max = 0 }, unexplained { max = 0 }, unheard { max = 0 }, duplicates-delivered { max = 0 }, unexpected { max = 0 } }
            }
            """);
        var (schedules, verdicts) = (new List<string>(), new List<string>());
        for (var round = 0; round < 25; round++)
        {
            // Twenty of one seed, then five others.
            var seed = round < 20 ? 7 : round;
            var results = Path.Combine(_folder.FullName, $"results-{round}");
            var outcome = await RunAsync("experiment", "run", file, "--seed", $"{seed}", "--out", results);
            schedules.Add(ScheduleOf(results));
            verdicts.Add($"{outcome.ExitCode} {VerdictOf(results)}");
            output.WriteLine($"seed {seed}: {verdicts[^1]} {schedules[^1]}");
        }

        Assert.Single(schedules.Take(20).Distinct());
        Assert.Equal(["0 PASS []"], verdicts.Take(20).Distinct());
        Assert.Equal(6, schedules.Distinct().Count());
    }

    private static async Task<Outcome> RunAsync(params string[] args)
    {
        await using var runner = AnodeProcess.Start(args);
        return await runner.EndAsync(TimeSpan.FromMinutes(3));
    }

    private static string VerdictOf(string results)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(results, "result.json")));
        return $"{json.RootElement.GetProperty("verdict")} {json.RootElement.GetProperty("reasons")}";
    }

    private static string ScheduleOf(string results)
    {
        var line = File.ReadLines(Path.Combine(results, "history.jsonl")).Single(line => line.Contains("\"e\":\"run\",", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("schedule").ToString();
    }
}
