using System.Globalization;
using Anode.Experiments.Accounting;
using Anode.Experiments.Histories;

namespace Anode.Experiments.Reports;

/// <summary>One run as strips over the same time: what was delivered, how late, what was broken, and what the nodes did about it.</summary>
internal static class Timeline
{
    private const int Width = 1100, Left = 120, Right = 16;
    private const int RateHeight = 90, LatencyHeight = 80, Row = 18, Gap = 14;

    public static string Of(Run run, Account account)
    {
        if (run.Phases.Count == 0)
            return "<p>This run did not get as far as its load.</p>";
        var (from, to) = (run.Phases[0].From, Math.Max(run.Phases[^1].To, run.Phases[0].From + 1));
        double X(long t) => Left + (Math.Clamp(t, from, to) - from) * (double)(Width - Left - Right) / (to - from);
        var svg = new Svg(Width);
        var y = 16.0;
        foreach (var phase in run.Phases)
        {
            svg.Line(X(phase.From), y - 10, X(phase.From), y + 4, "tick");
            if (X(phase.To) - X(phase.From) > 40)
                svg.Words(X(phase.From) + 4, y, phase.Name, "small");
        }

        y += 10;
        var top = y;
        var rateBottom = y + RateHeight;
        DrawRate(svg, account, run, X, from, to, y);
        y = rateBottom + Gap;
        DrawLatency(svg, account, X, from, to, y);
        y += LatencyHeight + Gap;
        foreach (var fault in run.Faults.Where(f => f.Begun is not null))
        {
            var (begun, ended) = (fault.Begun!.Value, fault.Ended ?? to);
            svg.Rectangle(X(begun), top, Math.Max(2, X(ended) - X(begun)), y - Gap - top, "fault", $"{fault.Id} {fault.Kind} {fault.Node} {fault.Target}");
        }

        y = DrawFaults(svg, run, X, to, y);
        y = DrawNodes(svg, run, X, from, to, y);
        y = DrawMarks(svg, "restarts", run.Samples.GroupBy(s => s.Node).SelectMany(Restarts), X, y);
        y = DrawMembership(svg, run, X, from, to, y);
        DrawAxis(svg, X, from, to, y);
        return svg.ToString((int)y + 24, $"timeline of run {run.Number}");
    }

    private static void DrawRate(Svg svg, Account account, Run run, Func<long, double> x, long from, long to, double top)
    {
        var bins = BinsOf(account, from, to);
        // What was held up comes in a burst; the drawing cuts it off, so that the rest is still seen.
        var usual = bins.Where(b => b.Bin.Delivered > 0).Select(b => (double)b.Bin.Delivered).Order().ToList();
        var most = Math.Max(1, Math.Max(bins.Select(b => (double)b.Bin.Intended).DefaultIfEmpty(1).Max(), usual.Count == 0 ? 1 : 2 * usual[usual.Count / 2]));
        double Y(double value) => top + RateHeight - Math.Min(value / most, 1) * RateHeight;
        svg.Words(Left - 8, top + 12, "per second", "label", "end");
        svg.Words(Left - 8, top + 26, string.Create(CultureInfo.InvariantCulture, $"0 – {most * 10:N0}"), "small", "end");
        svg.Area([.. bins.Select(b => (x(b.T), Y(b.Bin.Delivered)))], top + RateHeight, "delivered");
        svg.Path(bins.Where(b => b.T < run.Phases[^1].From).Select(b => (x(b.T), Y(b.Bin.Intended))), "sent");
        svg.Line(Left, top + RateHeight, Width - Right, top + RateHeight, "axis");
    }

    /// <summary>Logarithmic: a fault takes it from one millisecond to seconds.</summary>
    private static void DrawLatency(Svg svg, Account account, Func<long, double> x, long from, long to, double top)
    {
        double Y(double ms) => top + LatencyHeight - Math.Clamp((Math.Log10(Math.Max(ms, .1)) + 1) / 5, 0, 1) * LatencyHeight;
        svg.Words(Left - 44, top + 12, "slowest, ms", "label", "end");
        foreach (var power in (ReadOnlySpan<double>)[1, 10, 100, 1000])
        {
            svg.Line(Left, Y(power), Width - Right, Y(power), "grid");
            svg.Words(Left - 8, Y(power) + 4, power.ToString("0", CultureInfo.InvariantCulture), "small", "end");
        }

        foreach (var (t, bin) in BinsOf(account, from, to).Where(b => b.Bin.Intended > 0))
        {
            if (bin.Slowest > 0)
                svg.Rectangle(x(t), Y(bin.Slowest), Math.Max(1, x(t + Accountant.BinLength) - x(t) - .5), top + LatencyHeight - Y(bin.Slowest), bin.Good < bin.Intended ? "late" : "latency", string.Create(CultureInfo.InvariantCulture, $"{bin.Slowest:0.0} ms; {bin.Good} of {bin.Intended} good"));
            else
                svg.Rectangle(x(t), top, Math.Max(1, x(t + Accountant.BinLength) - x(t) - .5), LatencyHeight, "none", $"0 of {bin.Intended} arrived");
        }

        svg.Line(Left, top + LatencyHeight, Width - Right, top + LatencyHeight, "axis");
    }

    private static double DrawFaults(Svg svg, Run run, Func<long, double> x, long to, double y)
    {
        foreach (var fault in run.Faults)
        {
            svg.Words(Left - 8, y + 13, $"{fault.Id}", "label", "end");
            if (fault.Begun is { } begun)
            {
                svg.Rectangle(x(begun), y + 3, Math.Max(3, x(fault.Ended ?? to) - x(begun)), Row - 6, fault.Evidence.Length > 0 ? "band" : "doubtful", fault.Evidence);
                var text = $"{fault.Kind} {fault.Node} {fault.Target}".TrimEnd();
                var behind = x(fault.Ended ?? to) + 5;
                if (behind + text.Length * 6.2 < Width)
                    svg.Words(behind, y + 13, text, "small");
                else
                    svg.Words(x(begun) - 5, y + 13, text, "small", "end");
            }
            else
            {
                svg.Words(x(fault.Planned), y + 13, $"{fault.Kind}: not injected", "small");
            }

            y += Row;
        }

        return y + (run.Faults.Count > 0 ? 4 : 0);
    }

    /// <summary>When a process was there, by what was done to it.</summary>
    private static double DrawNodes(Svg svg, Run run, Func<long, double> x, long from, long to, double y)
    {
        foreach (var node in run.Samples.Select(s => s.Node).Concat(run.Faults.Select(f => f.Node)).Distinct().Order(StringComparer.Ordinal))
        {
            svg.Words(Left - 8, y + 13, $"node {node}", "label", "end");
            svg.Rectangle(x(from), y + 5, x(to) - x(from), Row - 10, "up");
            foreach (var fault in run.Faults.Where(f => f.Node == node && f.Begun is not null && f.Kind.StartsWith("process.", StringComparison.Ordinal) && f.Kind != "process.fd-limit"))
                svg.Rectangle(x(fault.Begun!.Value), y + 4, Math.Max(2, x(fault.Ended ?? to) - x(fault.Begun.Value)), Row - 8, fault.Kind == "process.pause" ? "paused" : "gone", $"{fault.Kind}: {fault.Evidence}");
            foreach (var died in run.Happenings.Where(h => h.Kind == "died" && h.Source == node))
                svg.Rectangle(x(died.T), y + 4, x(to) - x(died.T), Row - 8, "gone", died.Text);
            y += Row;
        }

        return y + 4;
    }

    private static double DrawMarks(Svg svg, string name, IEnumerable<(long T, string Title)> marks, Func<long, double> x, double y)
    {
        var all = marks.ToList();
        if (all.Count == 0)
            return y;
        svg.Words(Left - 8, y + 13, name, "label", "end");
        foreach (var (t, title) in all)
            svg.Rectangle(x(t) - 1, y + 3, 3, Row - 6, "mark", title);
        return y + Row;
    }

    private static IEnumerable<(long, string)> Restarts(IEnumerable<Sample> samples)
    {
        var last = -1L;
        foreach (var sample in samples.Where(s => s.Restarts >= 0).OrderBy(s => s.T))
        {
            if (last >= 0 && sample.Restarts > last)
                yield return (sample.T, $"{sample.Node}: {sample.Restarts - last} restarts");
            last = sample.Restarts;
        }
    }

    /// <summary>To how many others each node knows a way, once a second.</summary>
    private static double DrawMembership(Svg svg, Run run, Func<long, double> x, long from, long to, double y)
    {
        foreach (var node in run.Samples.Where(s => s.Members >= 0 && s.T >= from && s.T <= to).GroupBy(s => s.Node).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var samples = node.OrderBy(s => s.T).ToList();
            var most = samples.Max(s => s.Members);
            if (most == 0)
                continue;
            svg.Words(Left - 8, y + 13, $"{node.Key} reaches", "label", "end");
            for (var i = 0; i < samples.Count; i++)
            {
                var end = i + 1 < samples.Count ? samples[i + 1].T : Math.Min(to, samples[i].T + 1_000_000);
                var whole = samples[i].Members == most;
                svg.Rectangle(x(samples[i].T), y + 5, Math.Max(1, x(end) - x(samples[i].T)), Row - 10, whole ? "up" : "part", $"{samples[i].Members} of {most} others");
            }

            y += Row;
        }

        return y + 4;
    }

    private static void DrawAxis(Svg svg, Func<long, double> x, long from, long to, double y)
    {
        svg.Line(Left, y, Width - Right, y, "axis");
        var step = Array.Find([1, 2, 5, 10, 20, 60, 120, 600], s => (to - from) / 1e6 / s <= 16);
        for (var second = 0; step > 0 && second * 1_000_000L <= to - from; second += step)
        {
            svg.Line(x(from + second * 1_000_000L), y, x(from + second * 1_000_000L), y + 4, "tick");
            svg.Words(x(from + second * 1_000_000L), y + 16, $"{second} s", "small", "middle");
        }
    }

    private static List<(long T, Bin Bin)> BinsOf(Account account, long from, long to) =>
        [.. account.Bins.Select((bin, i) => (T: i * Accountant.BinLength, Bin: bin)).Where(b => b.T >= from - Accountant.BinLength && b.T <= to)];
}
