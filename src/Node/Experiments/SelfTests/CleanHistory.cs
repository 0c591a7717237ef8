using System.Text.Json;

namespace Anode.Experiments.SelfTests;

/// <summary>A history in which nothing went wrong, made without running anything: a fault begins, leaves evidence, and everything arrives.</summary>
internal static class CleanHistory
{
    public const string Scenario = """
        experiment {
          name = selftest
          question = "Do the checkers catch what they are for?"
          control-run = on
          topology { nodes = [a, b] }
          workload = [{ id = w, rate = 100, publishers { count = 2, at = [a] }, subscribers { count = 2, at = [b] } }]
          phases = [{ name = baseline, for = 2s }, { name = fault, for = 5s }]
          faults = [{ id = f1, phase = fault, at = 500ms, kind = process.pause, target = a, for = 200ms }]
          expect {
            lost-acked { max = 0 }
            lost { max = 0 }
            duplicates-delivered { max = 0 }
            out-of-order { max = 0 }
            unexpected { max = 0 }
            unexplained { max = 0 }
            time-to-recover { max = 3s }
            availability { min = 90% }
            one-owner = on
          }
        }
        """;

    private const int Messages = 350;

    public static List<string> Lines()
    {
        var lines = new List<string>
        {
            JsonSerializer.Serialize(new { t = 0, e = "experiment", schema = 1, seed = 1, repeat = 1, control = true, command = "anode experiment selftest", file = "selftest", environment = new { anode = Reports.Machine.Version }, scenario = Scenario }),
        };
        AddRun(lines, 0);
        AddRun(lines, 1);
        return lines;
    }

    private static void AddRun(List<string> lines, int run)
    {
        var body = new List<(long T, object Line)>
        {
            (1_000, new { t = 1_000, e = "present", c = 0, id = "w/sub-0", at = "b" }),
            (1_000, new { t = 1_000, e = "present", c = 1, id = "w/sub-1", at = "b" }),
            (1_000_000, new { t = 1_000_000, e = "phase", name = "baseline", measured = true }),
            (3_000_000, new { t = 3_000_000, e = "phase", name = "fault", measured = true }),
            (8_000_000, new { t = 8_000_000, e = "phase", name = "drain", measured = false }),
        };
        for (var flow = 0; flow < 2; flow++)
        {
            for (var i = 0; i < Messages; i++)
            {
                var at = 1_000_000 + i * 20_000L + flow * 10_000;
                body.Add((at, new { t = at, e = "invoke", f = flow, ep = run + 1, s = i, at, b = 128 }));
                body.Add((at + 400, new { t = at + 400, e = "got", f = flow, ep = run + 1, s = i, c = 0, b = 128 }));
                body.Add((at + 410, new { t = at + 410, e = "got", f = flow, ep = run + 1, s = i, c = 1, b = 128 }));
                body.Add((at + 500, new { t = at + 500, e = "ok", f = flow, ep = run + 1, s = i, n = 2 }));
            }
        }

        if (run > 0)
        {
            body.Add((3_500_000, new { t = 3_500_000, e = "fault", id = "f1", spec = "f1", what = "begun", kind = "process.pause", node = "a", target = "", planned = 3_499_000, late = 1_000, evidence = "state T", text = "" }));
            body.Add((3_700_000, new { t = 3_700_000, e = "fault", id = "f1", spec = "f1", what = "ended", kind = "process.pause", node = "a", target = "", planned = 3_499_000, late = 0, evidence = "", text = "" }));
        }

        body.Add((9_600_000, new { t = 9_600_000, e = "drain", quiescent = true }));
        // Each node has accounted for everything, and left nothing out.
        foreach (var (node, t) in (ReadOnlySpan<(string, long)>)[("a", 9_610_000), ("b", 9_620_000)])
        {
            var flows = Enumerable.Range(0, 2).Select(flow => new { flow, epoch = run + 1, first = 0, last = Messages - 1, missing = 0, gaps = Array.Empty<object>() });
            body.Add((t, new { t, e = "ledger", node, ledger = new { enabled = true, flows, dropped = Array.Empty<object>(), messages = Array.Empty<object>(), pendingBytes = 0 } }));
        }

        body.Add((9_700_000, new { t = 9_700_000, e = "run-end", trouble = "" }));
        lines.Add(JsonSerializer.Serialize(new { t = 0, e = "run", run, control = run == 0, seed = 1, utc = "2026-01-01T00:00:00Z", schedule = Array.Empty<string>() }));
        lines.AddRange(body.OrderBy(line => line.T).Select(line => JsonSerializer.Serialize(line.Line)));
    }
}
