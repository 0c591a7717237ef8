using System.Globalization;
using System.Text;
using System.Text.Json;
using Anode.Experiments.Accounting;
using Anode.Experiments.Histories;

namespace Anode.Experiments.Reports;

/// <summary><c>report.html</c>: one file without anything from elsewhere, to be read, kept and cited. Pure.</summary>
internal sealed class HtmlReport
{
    private readonly StringBuilder _html = new();
    private readonly Results _results;

    private HtmlReport(Results results) => _results = results;

    public static string Of(Results results) => new HtmlReport(results).Write();

    private string Write()
    {
        var scenario = _results.Scenario;
        _html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>")
            .Append(E(scenario.Name)).Append("</title><style>").Append(Style).Append("</style></head><body><main>");
        Head();
        Expectations();
        foreach (var (run, account) in _results.History.Runs.Zip(_results.Accounts))
            OneRun(run, account);
        Times();
        Repeat();
        List("Definitions", Definitions.All.Select(d => (d.Term, d.Meaning)));
        Paragraphs(
            "What this does not show",
            "The seed fixes the plan: which fault begins when and where, payload sizes, arrivals. It does not fix how threads interleave, so a repetition is another measurement of the same plan.",
            "All nodes share one machine, its clock and its processors. Machine loss, clock faults, power loss and real networks are not simulated; loss on a stream is loss of frames below the link's own repair.",
            "Times to detect and recover are counted in tenths of a second of the load; a load of few messages sees little.");
        _html.Append("</main></body></html>\n");
        return _html.ToString();
    }

    private void Head()
    {
        var judgement = _results.Judgement;
        _html.Append("<header><div class=\"verdict ").Append(judgement.Word).Append("\">").Append(judgement.Word).Append("</div><div><h1>").Append(E(_results.Scenario.Name)).Append("</h1>");
        _html.Append("<p class=\"question\">").Append(E(_results.Scenario.Question)).Append("</p></div></header>");
        if (judgement.Reasons.Count == 0)
            return;
        _html.Append("<ul class=\"reasons\">");
        foreach (var reason in judgement.Reasons.Take(10))
            _html.Append("<li>").Append(E(reason)).Append("</li>");
        if (judgement.Reasons.Count > 10)
            _html.Append("<li>and ").Append(judgement.Reasons.Count - 10).Append(" more, see result.json</li>");
        _html.Append("</ul>");
    }

    /// <summary>Every expectation once, with what each run measured.</summary>
    private void Expectations()
    {
        var runs = _results.Judgement.Checks.Select(check => check.Where.Split(',')[0]).Distinct().ToList();
        _html.Append("<h2>Expectations</h2><div class=\"scroll\"><table><tr><th>what</th><th>bound</th>");
        foreach (var run in runs)
            _html.Append("<th class=\"number\">").Append(E(run)).Append("</th>");
        _html.Append("</tr>");
        foreach (var group in _results.Judgement.Checks.GroupBy(check => (check.Name, Node: check.Where.Contains(',') ? check.Where[(check.Where.IndexOf(',') + 2)..] : "")))
        {
            _html.Append("<tr><td>").Append(E($"{group.Key.Name} {group.Key.Node}")).Append("</td><td>").Append(E(group.First().Bound)).Append("</td>");
            foreach (var run in runs)
            {
                var check = group.FirstOrDefault(c => c.Where.Split(',')[0] == run);
                _html.Append(check is null ? "<td></td>" : $"<td class=\"number {check.Verdict.ToString().ToUpperInvariant()}\" title=\"{E(check.Reason)}\">{E(check.Measured)}</td>");
            }

            _html.Append("</tr>");
        }

        _html.Append("</table></div>");
    }

    private void OneRun(Run run, Account account)
    {
        _html.Append("<h2>").Append(run.IsControl ? "Control run, without faults" : $"Run {run.Number}").Append("</h2>");
        _html.Append("<p class=\"legend\"><span class=\"key sent\"></span>to be sent <span class=\"key delivered\"></span>delivered <span class=\"key latency\"></span>slowest of a tenth of a second <span class=\"key late\"></span>not all in time <span class=\"key fault\"></span>fault</p>");
        _html.Append("<figure>").Append(Timeline.Of(run, account)).Append("</figure>");
        _html.Append(CultureInfo.InvariantCulture, $"<p>{account.Invoked:N0} invoked: {account.Acked:N0} acknowledged, {account.Info:N0} info, {account.Failed:N0} failed, {account.Open:N0} without an answer. ");
        _html.Append(CultureInfo.InvariantCulture, $"Available {account.Availability * 100:0.00} % of the time. Dropped by policy: {account.DroppedByPolicy:N0}. Unexpected: {account.Unexpected:N0}. Restarts: {account.Restarts}. ");
        _html.Append(run.Quiescent == true ? "Everything had arrived before it was counted.</p>" : "<b>Something may still have been on its way.</b></p>");
        Table(
            ["receiver", "delivered", "lost-acked", "unheard", "never-acked", "recovered", "away", "failed", "duplicates", "out of order", "farthest"],
            account.Tallies.Select(t => new[] { t.Counted ? t.Receiver : $"{t.Receiver} (not counted)", N(t.Delivered), N(t.LostAcked), N(t.Unheard), N(t.NeverAcked), N(t.Recovered), N(t.Away), N(t.Failed), N(t.Duplicates), N(t.OutOfOrder), N(t.FarthestOutOfOrder) }));
        Ledger(run, account);
        if (run.Faults.Count > 0)
        {
            Table(
                ["fault", "kind", "where", "planned", "late by", "detected after", "by", "recovered after", "evidence"],
                run.Faults.Select(f =>
                {
                    var recovery = account.Recoveries.Find(r => r.Fault == f.Id);
                    return new[] { f.Id, f.Kind, $"{f.Node} {f.Target}", Seconds(f.Planned, run), f.Begun is null ? "never begun" : Ms(f.LateMicroseconds / 1000.0), Ms(recovery?.Detect), recovery?.DetectedBy ?? "", Recovered(recovery?.Recover), f.Failure.Length > 0 ? f.Failure : f.Evidence.Length > 0 ? f.Evidence : "none" };
                }),
                left: 3);
        }

        Table(
            ["latency, ms", "count", "p50", "p90", "p99", "p99.9", "max"],
            account.DeliveryLatency.Select(l => (Of: "delivery", Of2: l)).Concat(account.AckLatency.Select(l => (Of: "ack", Of2: l)))
                .Select(l => new[] { $"{l.Of}, {l.Of2.Key}", N(l.Of2.Value.Count), F(l.Of2.Value.P50), F(l.Of2.Value.P90), F(l.Of2.Value.P99), F(l.Of2.Value.P999), F(l.Of2.Value.Max) }));
        if (account.Leaks.Count > 0)
            Table(["left behind at", "connections", "slab bytes", "descriptors", "actors"], account.Leaks.Select(l => new[] { l.Node, N(l.Connections), N(l.SlabBytes), N(l.Descriptors), N(l.Actors) }));
        if (run.Ledgers.Count > 0)
        {
            _html.Append("<details><summary>The nodes' own ledgers</summary><pre>");
            foreach (var ledger in run.Ledgers)
                _html.Append(E($"{ledger.Node} at {Seconds(ledger.T, run)}: {ledger.Raw.GetRawText()}\n"));
            _html.Append("</pre></details>");
        }
    }

    /// <summary>Every delivery that was due stands in one line.</summary>
    private void Ledger(Run run, Account account)
    {
        var rows = new List<string[]>
        {
            Row("delivered", account.Sum(t => t.Delivered), $"{N(account.Sum(t => t.Duplicates))} of them came again, {N(account.Sum(t => t.OutOfOrder))} out of order"),
            Row("receiver away", account.Sum(t => t.Away), ""),
            Row("refused, or never sent", account.Sum(t => t.Failed), ""),
        };
        rows.AddRange(account.Losses.GroupBy(l => l.Why).OrderByDescending(g => g.Count()).Select(g => Row(
            $"missing: {g.Key.Text}", g.Count(),
            $"{string.Join(", ", g.GroupBy(l => l.Kind).Select(k => $"{N(k.Count())} {k.Key}"))}; first: number {g.First().Sequence} of publisher {g.First().Flow} at {Seconds(g.First().At, run)}{(g.First().Charge.Length > 0 ? $", in the time of {g.First().Charge}" : "")}")));
        rows.Add(Row("due", account.Due, account.Silent.Count == 0 ? "" : $"{string.Join(", ", account.Silent)} kept no ledger"));
        Table(["the ledger", "deliveries", "of which"], rows.Where((row, i) => i == 0 || row[1] != "0"));

        static string[] Row(string what, long count, string more) => [what, N(count), more];
    }

    private void Times()
    {
        var rows = _results.Recoveries().ToList();
        if (rows.Count == 0)
            return;
        _html.Append("<h2>Times over all runs</h2>");
        Table(
            ["fault", "runs", "detected, median", "95 % interval", "recovered, median", "95 % interval", "every run: detected → recovered"],
            rows.Select(r => new[]
            {
                r.Fault, N(r.Runs), Ms(r.Detect?.Median), Range(r.Detect), Ms(r.Recover?.Median), Range(r.Recover),
                string.Join(", ", _results.Faulty.SelectMany(p => p.Account.Recoveries).Where(x => x.Fault == r.Fault).Select(x => $"{Ms(x.Detect)} → {Recovered(x.Recover)}")),
            }));
    }

    private void Repeat()
    {
        var history = _results.History;
        _html.Append("<h2>To repeat it</h2><pre>").Append(E(history.Command)).Append("</pre>");
        if (history.Environment.ValueKind == JsonValueKind.Object)
            List("Machine", history.Environment.EnumerateObject().Select(item => (item.Name, item.Value.ToString())).Append(("seed", history.Seed.ToString(CultureInfo.InvariantCulture))));
        _html.Append("<details><summary>The scenario</summary><pre>").Append(E(history.ScenarioText)).Append("</pre></details>");
    }

    private void Table(string[] head, IEnumerable<string[]> rows, int left = 1)
    {
        string[][] all = [.. rows];
        // A column of sentences begins at the left, as does its title.
        bool IsText(int column) => all.Any(row => row[column].Length > 24);
        _html.Append("<div class=\"scroll\"><table><tr>");
        for (var i = 0; i < head.Length; i++)
            _html.Append(i < left || IsText(i) ? "<th>" : "<th class=\"number\">").Append(E(head[i])).Append("</th>");
        _html.Append("</tr>");
        foreach (var row in all)
        {
            _html.Append("<tr>");
            for (var i = 0; i < row.Length; i++)
                _html.Append(i < left ? "<td>" : IsText(i) ? "<td class=\"text\">" : "<td class=\"number\">").Append(E(row[i])).Append("</td>");
            _html.Append("</tr>");
        }

        _html.Append("</table></div>");
    }

    private void List(string title, IEnumerable<(string Term, string Text)> items)
    {
        _html.Append("<h2>").Append(E(title)).Append("</h2><dl>");
        foreach (var (term, text) in items)
            _html.Append("<dt>").Append(E(term)).Append("</dt><dd>").Append(E(text)).Append("</dd>");
        _html.Append("</dl>");
    }

    private void Paragraphs(string title, params string[] texts)
    {
        _html.Append("<h2>").Append(E(title)).Append("</h2>");
        foreach (var text in texts)
            _html.Append("<p>").Append(E(text)).Append("</p>");
    }

    private static string Seconds(long t, Run run) => string.Create(CultureInfo.InvariantCulture, $"{(t - (run.Phases.Count > 0 ? run.Phases[0].From : 0)) / 1e6:0.000} s");

    private static string Ms(double? value) => value is { } ms ? string.Create(CultureInfo.InvariantCulture, $"{ms:N1} ms") : "never";

    private static string Recovered(double? value) => value == 0 ? "never left" : Ms(value);

    private static string Range(Interval? interval) => interval is { Low: { } low, High: { } high } ? $"{Ms(low)} – {Ms(high)}" : "too few runs";

    private static string N(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string F(double value) => value.ToString("N2", CultureInfo.InvariantCulture);

    private static string E(string text) => Svg.Escape(text);

    private const string Style = """
        :root{color-scheme:light dark;--ink:#1b2430;--soft:#5c6b7d;--line:#d9dfe6;--page:#fbfcfd;--blue:#2f6fb5;--blue2:#9cc3ea;--red:#c2362f;--amber:#d18a13;--green:#2c8a57}
        @media(prefers-color-scheme:dark){:root{--ink:#e4e9ef;--soft:#94a3b5;--line:#333d49;--page:#14181d;--blue:#7fb3ea;--blue2:#2d5d8f;--red:#ef6a62;--amber:#e9ae46;--green:#57bd87}}
        body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        main{max-width:1100px;margin:0 auto;padding:28px 20px 60px}
        header{display:flex;gap:20px;align-items:center}h1{margin:0;font-size:26px}h2{margin:36px 0 10px;font-size:18px;border-bottom:1px solid var(--line);padding-bottom:4px}
        .question{margin:2px 0;color:var(--soft)}
        .verdict{font-weight:700;font-size:22px;padding:10px 18px;border-radius:8px;color:#fff;background:var(--amber)}.verdict.PASS{background:var(--green)}.verdict.FAIL{background:var(--red)}
        .reasons{padding-left:20px}.scroll{overflow-x:auto;margin:10px 0}
        table{border-collapse:collapse;font-size:13px;min-width:60%}th,td{padding:3px 10px 3px 0;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
        th{color:var(--soft);font-weight:600;white-space:nowrap}.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.text{min-width:16em;max-width:30em}
        td.FAIL{color:var(--red);font-weight:700}td.UNKNOWN{color:var(--amber);font-weight:700}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;font-size:13px}dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
        pre{overflow-x:auto;background:color-mix(in srgb,var(--line) 40%,transparent);padding:10px;border-radius:6px;font-size:12px}
        figure{margin:0}svg{width:100%;height:auto;font:11px system-ui,sans-serif}svg text{fill:var(--ink)}svg .small{fill:var(--soft);font-size:10px}svg .label{fill:var(--soft)}
        .axis{stroke:var(--soft)}.grid{stroke:var(--line)}.tick{stroke:var(--soft)}
        svg .delivered{fill:var(--blue2);opacity:.8}svg .sent{fill:none;stroke:var(--blue);stroke-width:1.2}svg .latency{fill:var(--blue)}svg .late{fill:var(--amber)}svg .none{fill:var(--red);opacity:.35}
        svg .fault{fill:var(--red);opacity:.1}svg .band{fill:var(--red);opacity:.75}svg .doubtful{fill:none;stroke:var(--red);stroke-dasharray:3 2}
        svg .up{fill:var(--green);opacity:.55}svg .gone{fill:var(--red)}svg .paused{fill:var(--amber)}svg .part{fill:var(--amber)}svg .mark{fill:var(--ink)}
        .legend{color:var(--soft);font-size:12px;margin:4px 0}.key{display:inline-block;width:12px;height:9px;margin:0 4px 0 12px}.key.sent{height:2px;background:var(--blue);vertical-align:middle}.key.delivered{background:var(--blue2)}.key.latency{background:var(--blue)}.key.late{background:var(--amber)}.key.fault{background:var(--red);opacity:.3}
        """;
}
