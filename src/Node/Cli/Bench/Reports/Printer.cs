using System.Text;

namespace Anode.Cli.Bench.Reports;

/// <summary>A report for people: names in one column, what there is to say in the other.</summary>
internal static class Printer
{
    public static Task WriteAsync(Terminal terminal, IEnumerable<(string Name, string Text)> lines)
    {
        var rows = lines.ToList();
        var width = rows.Max(row => row.Name.Length) + 2;
        return terminal.WriteLineAsync(new StringBuilder().AppendJoin('\n', rows.Select(row => row.Name.PadRight(width) + row.Text)).ToString());
    }
}
