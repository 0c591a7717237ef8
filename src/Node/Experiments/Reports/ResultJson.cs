using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Anode.Experiments.Reports;

/// <summary><c>result.json</c>: everything programs may want to know. Keys are added, never changed.</summary>
internal static class ResultJson
{
    public const int Schema = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    public static string Of(Results results) => JsonSerializer.Serialize(
        new
        {
            schema = Schema,
            name = results.Scenario.Name,
            question = results.Scenario.Question,
            verdict = results.Judgement.Word,
            reasons = results.Judgement.Reasons,
            seed = results.History.Seed,
            repeat = results.History.Repeat,
            control = results.History.Control,
            command = results.History.Command,
            environment = results.History.Environment,
            checks = results.Judgement.Checks.Select(check => new { check.Name, check.Where, check.Bound, check.Measured, verdict = check.Verdict.ToString().ToUpperInvariant(), reason = check.Reason.Length > 0 ? check.Reason : null }),
            runs = results.History.Runs.Zip(results.Accounts, (run, account) => new
            {
                run = run.Number,
                control = run.IsControl,
                finished = run.Finished,
                trouble = run.Trouble.Length > 0 ? run.Trouble : null,
                quiescent = run.Quiescent,
                account.Invoked,
                account.Acked,
                account.Failed,
                account.Info,
                account.Open,
                delivered = account.Sum(t => t.Delivered),
                lostAcked = account.Sum(t => t.LostAcked),
                unheard = account.Sum(t => t.Unheard),
                neverAcked = account.Sum(t => t.NeverAcked),
                account.Lost,
                recovered = account.Sum(t => t.Recovered),
                away = account.Sum(t => t.Away),
                duplicates = account.Sum(t => t.Duplicates),
                outOfOrder = account.Sum(t => t.OutOfOrder),
                farthestOutOfOrder = account.Tallies.Where(t => t.Counted).Select(t => t.FarthestOutOfOrder).DefaultIfEmpty().Max(),
                account.Unexpected,
                account.DroppedByPolicy,
                account.Restarts,
                account.Availability,
                charged = account.Losses.GroupBy(loss => loss.Charge.Length > 0 ? loss.Charge : "none").ToDictionary(g => g.Key, g => g.Count()),
                account.Unexplained,
                ledger = new
                {
                    account.Due,
                    missing = account.Losses.GroupBy(loss => loss.Why).OrderByDescending(g => g.Count())
                        .Select(g => new { why = g.Key.Kind, g.Key.By, count = g.Count(), lostAcked = g.Count(l => l.Kind == "lost-acked"), unheard = g.Count(l => l.Kind == "unheard"), neverAcked = g.Count(l => l.Kind == "never-acked") }),
                    silent = account.Silent,
                },
                recoveries = account.Recoveries,
                latencyMs = new { ack = account.AckLatency, delivery = account.DeliveryLatency },
                leaks = account.Leaks,
                faults = run.Faults.Select(fault => new { fault.Id, fault.Kind, fault.Node, fault.Target, plannedMs = fault.Planned / 1000.0, lateMs = fault.LateMicroseconds / 1000.0, begun = fault.Begun is not null, evidence = fault.Evidence, failure = fault.Failure.Length > 0 ? fault.Failure : null }),
                receivers = account.Tallies,
            }),
            recoveries = results.Recoveries().Select(r => new { fault = r.Fault, runs = r.Runs, detectMs = r.Detect, recoverMs = r.Recover }),
        },
        Options);
}
