using System.Globalization;
using System.Runtime.InteropServices;
using Anode.Bench;

// bench [--repeat N] [--seconds S] [--bytes B] [--fan-out F]: one publisher to one and to four subscribers and a ping-pong, through the node and through a bare
// two-socket relay, alternating, medians; every run in a server process of its own. bench churn [--changes PER_SECOND]: the first of these beside clients that come and go.
if (args is ["bare", var subscribers])
    return BareRelay.Run(int.Parse(subscribers, CultureInfo.InvariantCulture));

var repeat = Option("--repeat", 3);
var seconds = TimeSpan.FromSeconds(Option("--seconds", 2));
var warmUp = TimeSpan.FromSeconds(1);
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["churn", ..])
    return Churn.Compare(repeat, seconds, Option("--changes", 50_000), Option("--bytes", 128));
Console.WriteLine($"{Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}; medians of {repeat} runs of {seconds.TotalSeconds} s");
Console.WriteLine();
Console.WriteLine("| load | bytes | anode msg/s | bare msg/s | ratio | anode MB/s | anode CPU s/M | bare CPU s/M | allocated B/msg |");
Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
foreach (var fanOut in Only("--fan-out", 1, 4))
{
    foreach (var bytes in Only("--bytes", 16, 128, 1024, 16 * 1024))
    {
        var (node, bare) = Alternate(
            () => Measure(ServerProcess.StartNode(), native: true, fanOut, bytes), () => Measure(ServerProcess.StartBare(fanOut), native: false, fanOut, bytes));
        var (ours, theirs) = (Median(node, t => t.DeliveredPerSecond), Median(bare, t => t.DeliveredPerSecond));
        Console.WriteLine(
            $"| 1→{fanOut} | {bytes} | {ours:N0} | {theirs:N0} | {ours / theirs:0.00} | {Median(node, t => t.MegabytesPerSecond):N0} "
            + $"| {Median(node, t => t.CpuSecondsPerMillion):0.000} | {Median(bare, t => t.CpuSecondsPerMillion):0.000} | {Median(node, t => t.AllocatedPerMessage ?? double.NaN):0.00} |");
    }
}

Console.WriteLine();
Console.WriteLine("| round trip, 16 B | anode | bare | ratio |");
Console.WriteLine("|---|---|---|---|");
var (pings, barePings) = Alternate(
    () => Pong(ServerProcess.StartNode(), native: true), () => Pong(ServerProcess.StartBare(1), native: false));
foreach (var percentile in (double[])[50, 99, 99.9])
{
    double Of(IEnumerable<HdrHistogram.HistogramBase> runs) => Median(runs, run => run.GetValueAtPercentile(percentile) / 10.0);
    Console.WriteLine($"| p{percentile} µs | {Of(pings):0.0} | {Of(barePings):0.0} | {Of(pings) / Of(barePings):0.00} |");
}

return 0;

Throughput Measure(ServerProcess server, bool native, int fanOut, int bytes)
{
    using (server)
        return Loads.Stream(server, native, fanOut, bytes, warmUp, seconds);
}

HdrHistogram.HistogramBase Pong(ServerProcess server, bool native)
{
    using (server)
        return Loads.PingPong(server, native, 16, warmUp, seconds);
}

(List<T> Node, List<T> Bare) Alternate<T>(Func<T> node, Func<T> bare)
{
    var runs = (Node: new List<T>(), Bare: new List<T>());
    for (var i = 0; i < repeat; i++)
    {
        runs.Node.Add(node());
        runs.Bare.Add(bare());
    }

    return runs;
}

int[] Only(string name, params int[] all) => Option(name, 0) is var one and > 0 ? [one] : all;

int Option(string name, int otherwise) =>
    Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;

static double Median<T>(IEnumerable<T> runs, Func<T, double> value)
{
    var sorted = runs.Select(value).Order().ToArray();
    return sorted[sorted.Length / 2];
}
