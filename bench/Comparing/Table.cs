using System.Globalization;
using System.Text.Json;

namespace Anode.Bench.Comparing;

/// <summary>Medians side by side, as Markdown.</summary>
internal static class Table
{
    public static void WriteHead()
    {
        Console.WriteLine("| load | quantity | of | figure | beside | figure | ratio | demanded | | generator cores |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
    }

    public static void Write(Row row, IReadOnlyDictionary<Side, List<JsonElement>> reports)
    {
        foreach (var line in row.Lines)
        {
            var of = Values(reports, line.Of, line.Metric);
            var beside = line.Beside is null ? null : Values(reports, line.Beside, line.Metric);
            var hasAll = of.Count > 0 && beside is not { Count: 0 };
            var judged = !hasAll ? (double?)null : beside is null ? Median(of) : Median(of) / Median(beside);
            Console.WriteLine(
                $"| {row.Name} | {line.What} | {line.Of.Name} | {Figure(of)} | {line.Beside?.Name} | {(beside is null ? "" : Figure(beside))} "
                + $"| {(beside is null || !hasAll ? "" : Ratio(of, beside))} | {line.Demand} | {(judged is { } value ? line.Demand.IsMetBy(value) ? "met" : "**missed**" : "left out")} "
                + $"| {Figure(Values(reports, line.Of, Cores))}{(line.Beside is null ? "" : ", " + Figure(Values(reports, line.Beside, Cores)))} |");
        }
    }

    private static double? Cores(JsonElement report) => report.TryGetProperty("generator", out var generator) ? generator.GetProperty("cores").GetDouble() : null;

    private static List<double> Values(IReadOnlyDictionary<Side, List<JsonElement>> reports, Side side, Func<JsonElement, double?> metric) =>
        reports.TryGetValue(side, out var list) ? [.. list.Select(metric).OfType<double>()] : [];

    /// <summary>With the range over the repetitions, which tells how quiet the machine was.</summary>
    private static string Ratio(List<double> of, List<double> beside)
    {
        var each = of.Zip(beside, (a, b) => a / b).ToList();
        var range = each.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" ({each.Min():0.00}–{each.Max():0.00})") : "";
        return (Median(of) / Median(beside)).ToString("0.00", CultureInfo.InvariantCulture) + range;
    }

    private static string Figure(List<double> values) => values.Count == 0
        ? "–"
        : Median(values) switch
        {
            >= 1000 and var large => large.ToString("N0", CultureInfo.InvariantCulture),
            >= 10 and var medium => medium.ToString("0.0", CultureInfo.InvariantCulture),
            var small => small.ToString("0.000", CultureInfo.InvariantCulture),
        };

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
