using System.Text.Json;
using Anode.Experiments.Scenarios;

namespace Anode.Experiments.Running;

/// <param name="Needed">By scenarios that come with the program.</param>
internal sealed record Finding(string What, bool Works, bool Needed, string Note);

/// <summary>Tries each means of breaking something on a node of its own, rather than believe that it is there.</summary>
internal static class Doctor
{
    public static IReadOnlyList<Finding> Examine(CancellationToken cancellation)
    {
        var findings = new List<Finding>
        {
            new("nodes end with a killed runner", Keeper.EndsChildren, false, Keeper.EndsChildren ? "setpriv --pdeathsig" : "setpriv (util-linux) is not installed: anode experiment cleanup has to do it"),
            new("nats-server as a target", Keeper.Find("nats-server") is not null, false, Keeper.Find("nats-server") ?? "not installed (Debian: apt-get install nats-server)"),
            new("process.clock-step", FakeClock.Library is not null, false, FakeClock.Library ?? FakeClock.Missing),
            new("random loss and delay by the kernel (netem)", false, false, "not used: faults sit in the node, so no privileges are needed"),
        };
        var folder = Directory.CreateTempSubdirectory("anode-doctor-");
        try
        {
            using var keeper = new Keeper();
            using var journal = Journal.Open();
            ExamineNode(findings, folder.FullName, keeper, journal, cancellation);
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException or IOException)
        {
            findings.Add(new Finding("a node can be started", false, true, e.Message));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return findings;
    }

    private static void ExamineNode(List<Finding> findings, string folder, Keeper keeper, Journal journal, CancellationToken cancellation)
    {
        ScenarioReader.TryRead(SelfTests.CleanHistory.Scenario, "doctor", out var scenario, out _);
        using var fleet = new Fleet(scenario, folder, keeper, journal, withFaults: false);
        var node = fleet["a"];
        node.Start();
        node.AwaitReady(cancellation);
        findings.Add(new Finding("a node can be started", true, true, $"process {node.Pid}"));
        node.Signal(Kernel.SIGSTOP);
        var stopped = SpinWait.SpinUntil(() => Kernel.StateOf(node.Pid) == 'T', TimeSpan.FromSeconds(2));
        node.Signal(Kernel.SIGCONT);
        findings.Add(new Finding("process.pause, kill, terminate, restart", stopped, true, stopped ? "signals by handle (pidfd)" : "SIGSTOP had no effect"));
        var before = Kernel.LimitOpenFiles(node.Pid, 4096);
        if (before >= 0)
            Kernel.LimitOpenFiles(node.Pid, before);
        findings.Add(new Finding("process.fd-limit", before >= 0, true, before >= 0 ? $"prlimit; the limit is {before}" : "prlimit is refused"));
        findings.Add(new Finding("client.crowd", true, true, "connections of this process"));
        using var http = new NodeHttp(node.Doors.Http);
        var endpoint = http.Post("/api/endpoints/clients/restart", "{}");
        findings.Add(new Finding("endpoint.restart, suspend, move", endpoint.IsSuccess, true, endpoint.IsSuccess ? "HTTP API" : endpoint.Why));
        var faults = http.Get("/api/faults");
        findings.Add(new Finding(
            "faults inside nodes (latency, loss, partition, reset …)", faults is { IsSuccess: true, Json.ValueKind: JsonValueKind.Array }, true,
            faults.IsSuccess ? "/api/faults" : $"this build has none: {faults.Why}"));
    }
}
