using System.Text.Json;
using Anode.Experiments.Running;
using Anode.Tests.Processes;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Experiments;

/// <summary>What experiments do to clusters and to nodes they did not start, and kinds of load that shipped scenarios do not use.</summary>
[Collection(nameof(AloneCollection))]
public sealed class LiveTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("anode-experiment-");

    private string Results => Path.Combine(_folder.FullName, "results");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Endpoint_that_is_moved_and_whose_owner_is_killed_has_one_owner_and_its_clients_find_it()
    {
        (await RunAsync("""
            experiment {
              name = moving
              control-run = off
              topology { nodes = [a, b, c], cluster = on, endpoints { front { candidates = [a, b] } } }
              workload = [{ rate = 100, retry = on, ack-timeout = 10s, publishers { at = [front] }, subscribers { at = [c] } }]
              phases = [{ name = fault, for = 4500ms }]
              faults = [
                { id = f1, phase = fault, at = 300ms, kind = endpoint.move, target = "endpoint:front", on = c, to = b }
                { id = f2, phase = fault, at = 2s, kind = process.kill, target = "owner-of:front" }
                { id = f3, phase = fault, at = 4s, for = 100ms, kind = process.pause, target = director }
              ]
              expect { one-owner = on, lost-acked { max = 0 }, unexplained { max = 0 }, unexpected { max = 0 } }
            }
            """)).Exits(0);
        var faults = Run.GetProperty("faults").EnumerateArray().ToDictionary(fault => fault.GetProperty("id").GetString()!);
        Assert.Contains("to move front", faults["f1"].GetProperty("evidence").GetString());
        Assert.Equal(("b", "process"), (faults["f2"].GetProperty("node").GetString(), faults["f2"].GetProperty("evidence").GetString()!.Split(' ')[0]));
        Assert.Contains("is stopped", faults["f3"].GetProperty("evidence").GetString());
        Assert.NotEqual("b", faults["f3"].GetProperty("node").GetString());
        var owners = File.ReadLines(Path.Combine(Results, "history.jsonl")).Where(line => line.Contains("\"what\":\"acquired\"", StringComparison.Ordinal)).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("node").GetString()!);
        Assert.Equal(["b", "a"], owners.TakeLast(2));
        // Retried under its id, so that in the end nobody is in doubt.
        Assert.Equal(0, Run.GetProperty("info").GetInt64() + Run.GetProperty("lost").GetInt64());
    }

    [Fact]
    public async Task Every_kind_of_acknowledgement_is_given_by_a_node_of_ours_to_native_and_nats_clients()
    {
        (await RunAsync("""
            experiment {
              name = acknowledged
              control-run = off
              topology { nodes = [a, b], links = ["a-b"] }
              workload = [
                { id = native-reply, rate = 50, subject = "one.{publisher}", acknowledge = reply, publishers { at = [a] }, subscribers { at = [b] } }
                { id = nats-reply, rate = 50, subject = "two.{publisher}", protocol = nats, acknowledge = reply, publishers { at = [a] }, subscribers { at = [b] } }
                { id = nats-flush, rate = 50, subject = "three.{publisher}", protocol = nats, publishers { count = 2, at = [a, b] }, subscribers { count = 3, at = [a, b], queue = q } }
                { id = closed, kind = closed-loop, subject = "four.{publisher}", protocol = nats, acknowledge = reply, publishers { at = [b] }, subscribers { at = [b] } }
              ]
              phases = [{ name = all, for = 1500ms }]
              expect { lost { max = 0 }, lost-acked { max = 0 }, unexplained { max = 0 }, duplicates-delivered { max = 0 }, out-of-order { max = 0 }, unexpected { max = 0 } }
            }
            """)).Exits(0);
        Assert.Equal((Run.GetProperty("invoked").GetInt64(), 0), (Run.GetProperty("acked").GetInt64(), Run.GetProperty("info").GetInt64()));
        foreach (var receiver in Run.GetProperty("receivers").EnumerateArray())
            Assert.True(receiver.GetProperty("delivered").GetInt64() > 20, receiver.ToString());
    }

    [FakeClockFact]
    public async Task Clock_that_is_stepped_is_the_nodes_own_and_nobody_waits_for_it()
    {
        (await RunAsync("""
            experiment {
              name = stepped
              control-run = off
              topology { nodes = [a] }
              workload = [{ rate = 100 }]
              phases = [{ name = all, for = 4s }]
              faults = [{ id = f1, phase = all, at = 200ms, for = 3s, kind = process.clock-step, target = a, by = -1h }]
              expect { lost { max = 0 }, lost-acked { max = 0 }, duplicates-delivered { max = 0 }, availability { min = 80% } }
            }
            """)).Exits(0);
        Assert.Matches(@"its clock was -3(599|600|601|602) s off after", Run.GetProperty("faults")[0].GetProperty("evidence").GetString());
    }

    private sealed class FakeClockFactAttribute : FactAttribute
    {
        public FakeClockFactAttribute() => Skip = FakeClock.Library is null ? FakeClock.Missing : null;
    }

    [Fact]
    public async Task Node_that_runs_already_is_broken_by_leases_and_left_as_it_was()
    {
        await using var node = await NodeProcess.StartAsync("--http", "127.0.0.1:0", "--set", "node.faults.enabled=on");
        (await RunAsync(Attached(node, "500ms", "2s"))).Exits(0);
        var fault = Run.GetProperty("faults")[0];
        Assert.Contains("delayed", fault.GetProperty("evidence").GetString());
        Assert.True(Run.GetProperty("latencyMs").GetProperty("delivery").GetProperty("all").GetProperty("p99").GetDouble() >= 60, Run.ToString());
        Assert.Equal(0, Run.GetProperty("unexplained").GetInt64());
        Assert.Equal(0, FaultsOf(node)); // and it is alive to say so
    }

    [Fact]
    public async Task Fault_in_a_node_that_runs_already_ends_by_itself_when_the_runner_is_killed()
    {
        await using var node = await NodeProcess.StartAsync("--http", "127.0.0.1:0", "--set", "node.faults.enabled=on");
        await using var runner = Start(Attached(node, "40s", "60s"));
        await runner.Error.LineWith("fault f1 latency at a begun").WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(1, FaultsOf(node));
        runner.Kill();
        Assert.Equal(137, (await runner.EndAsync()).ExitCode);
        Eventually.Equal(0, () => FaultsOf(node));
        (await AnodeProcess.RunAsync("experiment", "cleanup")).Exits(0); // its journal is not left either
    }

    [NatsServerFact]
    public async Task Server_of_somebody_else_that_runs_already_is_put_behind_proxies_and_broken_there()
    {
        using var theirs = await NatsServerProcess.StartAsync();
        (await RunAsync($$"""
            experiment {
              name = foreign
              control-run = off
              topology { attached { a { nats = "{{theirs.Address}}" } }, proxies = on }
              workload = [{ rate = 100, protocol = nats }]
              phases = [{ name = all, for = 2s }]
              faults = [{ id = f1, phase = all, at = 500ms, for = 500ms, kind = reset, target = "client:a" }]
              expect { lost-acked { max = 0 }, unexpected { max = 0 }, serving = on }
            }
            """)).Exits(0);
        Assert.Contains("times", Run.GetProperty("faults")[0].GetProperty("evidence").GetString());
    }

    private static string Attached(NodeProcess node, string length, string phase) => $$"""
        experiment {
          name = attached
          control-run = off
          topology { attached { a { server = "{{node.Tcp}}", http = "{{node.Http}}" } } }
          workload = [{ rate = 100 }]
          phases = [{ name = all, for = {{phase}} }]
          faults = [{ id = f1, phase = all, at = 300ms, for = {{length}}, kind = latency, target = "protocol:native", direction = out, latency = 60ms }]
          expect { lost-acked { max = 0 }, unexplained { max = 0 }, out-of-order { max = 0 } }
        }
        """;

    /// <summary>That go on.</summary>
    private static int FaultsOf(NodeProcess node)
    {
        using var http = new NodeHttp(node.Http!, TimeSpan.FromSeconds(15));
        return http.Get("/api/faults").Json!.Value.EnumerateArray().Count(fault => fault.GetProperty("ended").ValueKind == JsonValueKind.Null);
    }

    private JsonElement Run
    {
        get
        {
            using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Results, "result.json")));
            return json.RootElement.GetProperty("runs")[0].Clone();
        }
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
        return await runner.EndAsync(TimeSpan.FromMinutes(2));
    }
}
