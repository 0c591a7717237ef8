using System.Globalization;
using Anode.Experiments.Histories;
using Anode.Experiments.Scenarios;

namespace Anode.Experiments.Accounting;

internal enum Verdict
{
    Pass,
    Fail,

    /// <summary>Nothing can be said: a fault left no trace, something was still on its way, or nothing was measured.</summary>
    Unknown,
}

/// <summary>One expectation of one run.</summary>
internal sealed record Check(string Name, string Where, string Bound, string Measured, Verdict Verdict, string Reason);

/// <summary>The verdict of all runs. A failure that was seen outweighs what could not be seen.</summary>
internal sealed record Judgement(Verdict Verdict, IReadOnlyList<string> Reasons, IReadOnlyList<Check> Checks)
{
    public string Word => Verdict.ToString().ToUpperInvariant();
}

/// <summary>Counts → verdict. Pure.</summary>
internal sealed class Judge
{
    private readonly Scenario _scenario;
    private readonly List<Check> _checks = [];

    private Judge(Scenario scenario) => _scenario = scenario;

    public static Judgement Of(History history, Scenario scenario, IReadOnlyList<Account> accounts)
    {
        var judge = new Judge(scenario);
        judge.CheckRuns(history);
        foreach (var (run, account) in history.Runs.Zip(accounts))
            judge.CheckRun(run, account);
        var verdict = judge._checks.Exists(c => c.Verdict == Verdict.Fail) ? Verdict.Fail
            : judge._checks.Exists(c => c.Verdict == Verdict.Unknown) ? Verdict.Unknown
            : Verdict.Pass;
        return new Judgement(verdict, [.. judge._checks.Where(c => c.Verdict == verdict && verdict != Verdict.Pass).Select(c => $"{c.Where}: {c.Reason}")], judge._checks);
    }

    private void CheckRuns(History history)
    {
        var expected = history.Repeat + (history.Control ? 1 : 0);
        var finished = history.Runs.Count(run => run.Finished);
        if (history.Aborted)
            Add("complete", "experiment", $"{expected} runs", $"{finished}", Verdict.Unknown, $"it was aborted {history.AbortedBecause}".TrimEnd());
        else if (finished < expected)
            Add("complete", "experiment", $"{expected} runs", $"{finished}", Verdict.Unknown, $"only {finished} of {expected} runs were finished");
    }

    private void CheckRun(Run run, Account account)
    {
        var where = run.IsControl ? "control run" : $"run {run.Number}";
        if (run.Trouble.Length > 0)
            Add("ran", where, "as planned", run.Trouble, Verdict.Unknown, run.Trouble);
        if (account.Sum(t => t.Delivered) == 0 || (account.Acked == 0 && _scenario.Workloads.All(w => w.Acknowledge != Acknowledge.None)))
            Add("measured", where, "something", "nothing", Verdict.Unknown, account.Acked == 0 ? "not one message was acknowledged" : "not one message was delivered");
        if (!run.IsControl)
            CheckEvidence(run, where);
        if (run.Quiescent != true)
            Add("drained", where, "quiescent", "not", Verdict.Unknown, $"messages were still on their way after {_scenario.Drain.For.TotalSeconds} s of drain");
        CheckCounts(run, account, where);
        CheckTimes(run, account, where);
        CheckRemains(account, where);
        CheckDoors(run, where);
    }

    private void CheckEvidence(Run run, string where)
    {
        foreach (var fault in run.Faults)
        {
            var reason = fault.Failure.Length > 0 ? $"fault {fault.Id} ({fault.Kind}) could not be injected: {fault.Failure}"
                : fault.Begun is null ? $"fault {fault.Id} ({fault.Kind}) never began"
                : fault.Evidence.Length == 0 ? $"fault {fault.Id} ({fault.Kind}) left no evidence: what it did cannot be judged"
                : "";
            Add($"evidence of {fault.Id}", where, "some", fault.Evidence, reason.Length > 0 ? Verdict.Unknown : Verdict.Pass, reason);
        }

        if (run.Finished && run.Faults.Count == 0 && (_scenario.Faults.Count > 0 || _scenario.Random is not null))
            Add("evidence", where, "some", "no fault", Verdict.Unknown, "no fault of the plan was even tried");
    }

    private void CheckCounts(Run run, Account account, string where)
    {
        var expect = _scenario.Expect;
        // Before everything has arrived, what is missing may be on its way.
        var final = run.Quiescent == true;
        var firstAcked = account.Losses.Find(loss => loss.Kind == "lost-acked");
        AtMost("lost-acked", where, expect.LostAcked, account.Sum(t => t.LostAcked), "were acknowledged and never delivered", final, firstAcked is null ? "" : Text(firstAcked));
        var firstUnheard = account.Losses.Find(loss => loss.Kind == "unheard");
        AtMost("unheard", where, expect.Unheard, account.Sum(t => t.Unheard), "were acknowledged for fewer receivers than there were", final, firstUnheard is null ? "" : Text(firstUnheard));
        AtMost("lost", where, expect.Lost, account.Lost, "were sent and never delivered", final, account.Losses is [var first, ..] ? Text(first) : "");
        CheckExplained(account, where, final);
        AtMost("duplicates-delivered", where, expect.Duplicates, account.Sum(t => t.Duplicates), "were delivered more than once");
        AtMost("out-of-order", where, expect.OutOfOrder, account.Sum(t => t.OutOfOrder), "came behind later ones of their publisher");
        AtMost("unexpected", where, expect.Unexpected ?? 0, account.Unexpected, "were corrupt or never sent", true, account.FirstUnexpected);
        AtMost("restarts", where, expect.Restarts, account.Restarts, "restarts that nobody ordered");
        if (expect.OneOwner)
            Add("one-owner", where, "one at a time", account.TwoOwners.Length == 0 ? "held" : "two", account.TwoOwners.Length == 0 ? Verdict.Pass : Verdict.Fail, $"one-owner: {account.TwoOwners}");
    }

    private void CheckExplained(Account account, string where, bool final)
    {
        var first = account.Losses.Find(loss => !loss.Why.IsOne);
        var silent = account.Silent.Count == 0 ? "" : $" ({string.Join(", ", account.Silent)} kept no ledger)";
        AtMost(
            "unexplained", where, _scenario.Expect.Unexplained, account.Unexplained, $"were sent and not delivered, and nobody says why{silent}", final && silent.Length == 0,
            first is null ? "" : Text(first));
    }

    private void CheckTimes(Run run, Account account, string where)
    {
        var expect = _scenario.Expect;
        if (expect.Availability is { } least && account.Availability is { } share)
            Add("availability", where, $"≥ {Percent(least)}", Percent(share), share >= least ? Verdict.Pass : Verdict.Fail, $"availability: good in {Percent(share)} of the tenths of a second, {Percent(least)} wanted");
        foreach (var recovery in account.Recoveries)
        {
            Within("time-to-recover", where, recovery.Fault, expect.TimeToRecover, recovery.Recover, "did not recover before the load ended");
            Within("time-to-detect", where, recovery.Fault, expect.TimeToDetect, recovery.Detect, "was not noticed by anybody");
        }

        foreach (var bound in expect.Latencies)
        {
            var found = (bound.Of == "ack" ? account.AckLatency : account.DeliveryLatency).GetValueOrDefault(bound.Phase);
            var name = $"{bound.Of}-latency p{bound.Percentile * 100:0.#} in {bound.Phase}";
            if (found is null)
                Add(name, where, $"≤ {Ms(bound.Max.TotalMilliseconds)}", "nothing", Verdict.Unknown, $"{name}: nothing was measured");
            else
                AddMax(name, where, bound.Max.TotalMilliseconds, found.Percentile(bound.Percentile));
        }
    }

    private void CheckRemains(Account account, string where)
    {
        if (_scenario.Expect.Leaks is not { } most)
            return;
        foreach (var leak in account.Leaks)
        {
            foreach (var (what, value, bound) in (ReadOnlySpan<(string, long, long)>)[("connections", leak.Connections, most.Connections), ("slab bytes", leak.SlabBytes, most.SlabBytes), ("descriptors", leak.Descriptors, most.Descriptors), ("actors", leak.Actors, most.Actors)])
                AtMost($"leaked {what}", $"{where}, node {leak.Node}", bound, value, $"more {what} after the load than before it");
        }

        if (account.Leaks.Count == 0)
            Add("leaks", where, "none", "not measured", Verdict.Unknown, "no node told what it holds before and after");
    }

    private void CheckDoors(Run run, string where)
    {
        if (!_scenario.Expect.Serving)
            return;
        foreach (var (node, door, why) in run.Doors)
        {
            Add("serving", $"{where}, node {node}, {door}", "a new client", why.Length == 0 ? "served" : "not served", why.Length == 0 ? Verdict.Pass : Verdict.Fail,
                $"serving: after the load node {node} does not take a new client ({door}): {why}");
        }

        if (run.Doors.Count == 0)
            Add("serving", where, "a new client", "not tried", Verdict.Unknown, "no door was tried after the load");
    }

    private void AtMost(string name, string where, long? bound, long value, string what, bool final = true, string first = "")
    {
        if (bound is not { } most)
            return;
        var verdict = value <= most ? Verdict.Pass : final ? Verdict.Fail : Verdict.Unknown;
        var example = first.Length == 0 ? "" : $"; the first: {first}";
        Add(name, where, $"≤ {most}", Number(value), verdict, verdict == Verdict.Pass ? "" : $"{name}: {Number(value)} {what}, at most {most} allowed{example}");
    }

    private void Within(string name, string where, string fault, TimeSpan? bound, double? milliseconds, string never)
    {
        if (bound is not { } most)
            return;
        if (milliseconds is { } value)
            AddMax($"{name} {fault}", where, most.TotalMilliseconds, value);
        else
            Add($"{name} {fault}", where, $"≤ {Ms(most.TotalMilliseconds)}", "never", Verdict.Fail, $"{name}: fault {fault} {never}");
    }

    private void AddMax(string name, string where, double most, double value) =>
        Add(name, where, $"≤ {Ms(most)}", Ms(value), value <= most ? Verdict.Pass : Verdict.Fail, $"{name}: {Ms(value)}, at most {Ms(most)} allowed");

    private void Add(string name, string where, string bound, string measured, Verdict verdict, string reason) =>
        _checks.Add(new Check(name, where, bound, measured, verdict, verdict == Verdict.Pass ? "" : reason));

    private static string Text(Loss loss) =>
        $"number {loss.Sequence} of publisher {loss.Flow} at {loss.Receiver}, {loss.Why.Text}{(loss.Charge.Length > 0 && loss.Why.Kind != Explanation.Fault ? $", in the time of {loss.Charge}" : "")}";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##} %");

    private static string Ms(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.#} ms");
}
