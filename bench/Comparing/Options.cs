using System.Globalization;

namespace Anode.Bench.Comparing;

/// <summary>What the script was called with.</summary>
/// <param name="Repeat">Measurements of each side.</param>
/// <param name="Duration">Of each measurement.</param>
/// <param name="WarmUp">Before each: the node's code has to be compiled, and again with what was learnt.</param>
/// <param name="Only">Text that a row's name has in it; null for all rows.</param>
/// <param name="IdleConnections">How many to hold.</param>
internal sealed record Options(int Repeat, TimeSpan Duration, TimeSpan WarmUp, string? Only, int IdleConnections)
{
    public const string Help = """
        bench/compare.sh [--quick] [--repeat N] [--seconds S] [--only TEXT] [--list]

          --quick      one repetition of one second: whether it works, not how fast
          --repeat N   measurements of each server for each row, of which the median counts; default 5
          --seconds S  length of each measurement; default 3
          --only TEXT  rows with this text in their name, such as '1→1', '128 B', request, udp
          --list       show the names of the rows
        """;

    /// <exception cref="FormatException">Which of them makes no sense.</exception>
    public static Options Parse(string[] args)
    {
        var quick = args.Contains("--quick");
        var options = new Options(quick ? 1 : 5, TimeSpan.FromSeconds(quick ? 1 : 3), TimeSpan.FromSeconds(quick ? 1 : 4), null, quick ? 1000 : 10_000);
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--quick" or "--list" => options,
                "--repeat" => options with { Repeat = (int)Number(args, ++i) },
                "--seconds" => options with { Duration = TimeSpan.FromSeconds(Number(args, ++i)) },
                "--only" => options with { Only = i + 1 < args.Length ? args[++i] : throw new FormatException("--only needs a value") },
                var unknown => throw new FormatException($"unknown option '{unknown}'"),
            };
        }

        return options;
    }

    public bool Wants(Row row) => Only is null || row.Name.Contains(Only, StringComparison.OrdinalIgnoreCase);

    private static double Number(string[] args, int at) =>
        at < args.Length && double.TryParse(args[at], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 3600
            ? number
            : throw new FormatException($"{args[at - 1]} needs a number");
}
