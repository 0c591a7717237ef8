using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Anode.Experiments.Scenarios;
using Anode.Tests.Processes;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Experiments;

/// <summary>Whole experiments, with nodes that are processes, as a user runs them.</summary>
[Collection(nameof(AloneCollection))]
public sealed class RunTests : IDisposable
{
    private const string Line = """
        topology { nodes = [a, b, c], links = ["a-b", "b-c", "c-a"] }
        workload = [{ rate = 100, publishers { at = [a] }, subscribers { at = [c] } }]
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("anode-experiment-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Killed_relay_loses_nothing_that_was_acknowledged_and_the_history_says_so_again()
    {
        var outcome = await RunAsync($$"""
            experiment {
              name = kill
              {{Line}}
              phases = [{ name = baseline, for = 500ms }, { name = fault, for = 3s }]
              faults = [{ id = f1, phase = fault, at = 100ms, kind = process.kill, target = b }]
              expect { lost-acked { max = 0 }, duplicates-delivered { max = 0 } }
            }
            """);
        outcome.Exits(0);
        var result = Result();
        Assert.Equal("PASS", result.GetProperty("verdict").GetString());
        Assert.Equal(2, result.GetProperty("runs").GetArrayLength());
        var fault = result.GetProperty("runs")[1].GetProperty("faults")[0];
        Assert.Contains("ended with 137", fault.GetProperty("evidence").GetString());
        Assert.True(result.GetProperty("runs")[1].GetProperty("acked").GetInt64() > 200, result.ToString());
        File.Delete(Path.Combine(Results, "result.json"));
        (await AnodeProcess.RunAsync("experiment", "recheck", Results)).Exits(0);
        Assert.Equal(result.ToString(), Result().ToString());
        Assert.Contains("PASS", await File.ReadAllTextAsync(Path.Combine(Results, "report.html")));
        (await AnodeProcess.RunAsync("experiment", "selftest", "--history", Results)).Exits(5); // it expects less than a self-test needs, and says so
    }

    [Fact]
    public async Task Lone_node_that_is_killed_loses_what_it_had_and_the_verdict_is_fail_with_its_reason()
    {
        var outcome = await RunAsync("""
            experiment {
              name = lone
              control-run = off
              topology { nodes = [a] }
              workload = [{ rate = 100 }]
              phases = [{ name = fault, for = 4s }]
              faults = [{ id = f1, phase = fault, at = 500ms, kind = process.kill, target = a, restart-after = 200ms }]
              expect { availability { min = 99% } }
            }
            """);
        outcome.Exits(5);
        Assert.Contains("anode: run 1: availability: ", outcome.Error);
    }

    [Fact]
    public async Task What_a_fault_takes_is_lost_and_explained_by_it_message_by_message()
    {
        (await RunAsync("""
            experiment {
              name = taken
              control-run = off
              topology { nodes = [a] }
              workload = [{ rate = 200 }]
              phases = [{ name = fault, for = 2s }]
              faults = [{ id = f1, phase = fault, at = 300ms, for = 1s, kind = loss, target = "endpoint:clients", direction = out, probability = 30% }]
              expect { unexplained { max = 0 }, lost { max = 1000 } }
            }
            """)).Exits(0);
        var run = Result().GetProperty("runs")[0];
        var missing = Assert.Single(run.GetProperty("ledger").GetProperty("missing").EnumerateArray());
        Assert.Equal(("fault", "f1"), (missing.GetProperty("why").GetString(), missing.GetProperty("by").GetString()));
        Assert.Equal(run.GetProperty("lost").GetInt64(), missing.GetProperty("count").GetInt64());
        Assert.Contains("missing: taken by fault f1", await File.ReadAllTextAsync(Path.Combine(Results, "report.html")));
    }

    [Fact]
    public async Task Fault_that_cannot_be_injected_makes_the_verdict_unknown()
    {
        var outcome = await RunAsync("""
            experiment {
              name = vacuous
              control-run = off
              topology { nodes = [a] }
              workload = [{ rate = 50 }]
              phases = [{ name = fault, for = 1s }]
              faults = [{ id = f1, phase = fault, kind = endpoint.restart, target = "endpoint:nobody" }]
              expect { lost-acked { max = 0 } }
            }
            """);
        outcome.Exits(6);
        Assert.Contains("fault f1 (endpoint.restart) could not be injected", outcome.Error);
    }

    [Fact]
    public async Task Interrupt_ends_the_nodes_and_keeps_what_was_seen()
    {
        await using var runner = Start(Long());
        var nodes = await NodesAsync(runner);
        runner.Interrupt();
        (await runner.EndAsync(Patience)).Exits(7);
        AssertGone(nodes);
        Assert.Equal("UNKNOWN", Result().GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task Runner_that_is_killed_leaves_no_node_behind()
    {
        await using var runner = Start(Long());
        var nodes = await NodesAsync(runner);
        runner.Kill();
        Assert.Equal(137, (await runner.EndAsync()).ExitCode);
        // Where the kernel does not do it, this does; here both must leave the same.
        (await AnodeProcess.RunAsync("experiment", "cleanup")).Exits(0);
        AssertGone(nodes);
    }

    [Fact]
    public async Task Mistake_in_a_scenario_is_told_with_its_line_and_ends_with_2()
    {
        var outcome = await RunAsync("experiment {\n  nam = x\n}\n");
        outcome.Exits(2);
        Assert.Contains(":2: unknown key experiment.nam; did you mean experiment.name?", outcome.Error);
        Assert.False(Directory.Exists(Results));
    }

    [NatsServerFact]
    public async Task Other_server_runs_the_same_scenario()
    {
        var outcome = await RunAsync("""
            experiment {
              name = theirs
              control-run = off
              topology { target = nats-server, nodes = [a] }
              workload = [{ rate = 100 }]
              phases = [{ name = fault, for = 3s }]
              faults = [{ id = f1, phase = fault, at = 1s, kind = process.pause, target = a, for = 200ms }]
              expect { lost-acked { max = 0 } }
            }
            """);
        outcome.Exits(0);
        var compared = (await AnodeProcess.RunAsync("experiment", "compare", Results, Results)).Exits(0).Out;
        Assert.Contains("lostAcked", compared);
    }

    private const string Bad = """
        experiment {
          name = bad
          control-run = off
          topology { nodes = [a], proxies = on }
          workload = [{ rate = 200, protocol = nats }]
          phases = [{ name = bad, for = 2s }]
          faults = [{ id = f1, phase = bad, at = 500ms, for = 800ms, kind = latency, target = "client:a", direction = out, latency = 50ms }]
          expect { unexplained { max = 0 }, out-of-order { max = 0 }, delivery-latency { phase = bad, p99-max = 10s } }
        }
        """;

    [Fact]
    public async Task Stream_fault_before_a_node_of_ours_is_felt_by_clients_and_loses_nothing()
    {
        (await RunAsync(Bad)).Exits(0);
        AssertLate();
    }

    [NatsServerFact]
    public async Task Same_stream_fault_before_another_server_by_one_flag()
    {
        var file = Path.Combine(_folder.FullName, "bad.conf");
        await File.WriteAllTextAsync(file, Bad);
        await using var runner = AnodeProcess.Start("experiment", "run", file, "--out", Results, "--target", "nats-server", "--set", "workload.0.rate=100");
        (await runner.EndAsync(Patience)).Exits(0);
        AssertLate();
        Assert.InRange(Result().GetProperty("runs")[0].GetProperty("invoked").GetInt64(), 1, 201);
        (await AnodeProcess.RunAsync("experiment", "recheck", Results)).Exits(0); // what was set stands in the history
    }

    private void AssertLate()
    {
        var run = Result().GetProperty("runs")[0];
        Assert.True(run.GetProperty("latencyMs").GetProperty("delivery").GetProperty("bad").GetProperty("p90").GetDouble() >= 50, run.ToString());
        Assert.Equal(run.GetProperty("invoked").GetInt64(), run.GetProperty("ledger").GetProperty("due").GetInt64());
    }

    [Fact]
    public async Task Disk_without_room_aborts_with_a_sentence_before_anything_is_started()
    {
        var outcome = await RunAsync(Bad.Replace("expect {", "abort { min-free-disk = 1000000GiB }, expect {", StringComparison.Ordinal));
        outcome.Exits(7);
        Assert.Contains("anode: experiment: it was aborted because ", outcome.Error);
        Assert.Contains("abort.min-free-disk is 1,024,000,000 MiB", outcome.Error);
    }

    [Fact]
    public async Task Self_test_catches_every_planted_bug()
    {
        var outcome = (await AnodeProcess.RunAsync("experiment", "selftest")).Exits(0);
        Assert.DoesNotContain("MISSED", outcome.Out);
        Assert.True(outcome.Out.Split('\n').Count(line => line.StartsWith("ok", StringComparison.Ordinal)) > 10, outcome.Out);
    }

    public static TheoryData<string> Shipped => [.. Directory.GetFiles(Path.Combine(Root(), "config", "experiments"), "*.conf").Select(file => Path.GetFileName(file)!)];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Shipped_scenario_is_valid_says_what_it_shows_and_is_short(string name)
    {
        var path = Path.Combine(Root(), "config", "experiments", name);
        var text = File.ReadAllText(path);
        Assert.True(ScenarioReader.TryRead(text, name, out var scenario, out var errors), string.Join('\n', errors));
        Assert.Equal(Path.GetFileNameWithoutExtension(name), scenario.Name);
        Assert.StartsWith("# ", text);
        Assert.Contains("# Turns red when ", text);
        Assert.NotEmpty(scenario.Question);
        Assert.True((scenario.Repeat + 1) * (scenario.Length - scenario.Drain.For) < TimeSpan.FromSeconds(50), $"{name} takes too long");
    }

    private string Results => Path.Combine(_folder.FullName, "results");

    private static string Long() => $$"""
        experiment {
          name = long
          {{Line}}
          phases = [{ name = all, for = 60s }]
          expect { lost-acked { max = 0 } }
        }
        """;

    internal static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Node.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"no Node.sln above {AppContext.BaseDirectory}");
    }

    private AnodeProcess Start(string scenario)
    {
        var file = Path.Combine(_folder.FullName, "scenario.conf");
        File.WriteAllText(file, scenario);
        return AnodeProcess.Start("experiment", "run", file, "--out", Results);
    }

    private async Task<Outcome> RunAsync(string scenario)
    {
        await using var runner = Start(scenario);
        return await runner.EndAsync(Patience);
    }

    /// <summary>Once the load runs: processes whose ready files the runner's nodes have written.</summary>
    private async Task<int[]> NodesAsync(AnodeProcess runner)
    {
        await runner.Error.LineWith("control run: all").WaitAsync(Patience);
        return [.. Directory.GetFiles(Path.Combine(Results, "run-0"), "*.ready").Select(file =>
        {
            using var json = JsonDocument.Parse(File.ReadAllText(file));
            return json.RootElement.GetProperty("pid").GetInt32();
        })];
    }

    private static void AssertGone(int[] nodes)
    {
        Assert.Equal(3, nodes.Length);
        foreach (var pid in nodes)
            Eventually.Holds(() => !IsNode(pid), () => string.Create(CultureInfo.InvariantCulture, $"process {pid} is still there"));
    }

    /// <summary>Alive and one of ours: a number can be somebody else's by now, and one that nobody has reaped yet has ended.</summary>
    private static bool IsNode(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return File.ReadAllText($"/proc/{pid}/cmdline").Contains("--ready-file", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is ArgumentException or IOException or InvalidOperationException)
        {
            return false;
        }
    }

    private JsonElement Result()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Results, "result.json")));
        return json.RootElement.Clone();
    }
}
