using System.Globalization;
using System.Runtime.InteropServices;
using Anode.Bench;
using Anode.Bench.Comparing;
using Anode.Bench.Servers;

// The node beside nats-server, a bare relay and a loop in C, all under the same generator, anode bench: see docs/bench.md.
if (args is ["bare", var subscribers, .. var from])
    return BareRelay.Run(int.Parse(subscribers, CultureInfo.InvariantCulture), from is [var port] ? int.Parse(port, CultureInfo.InvariantCulture) : null);
if (args.Contains("--help"))
{
    Console.WriteLine(Options.Help);
    return 0;
}

using var interrupted = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
try
{
    return await RunAsync(Options.Parse(args));
}
catch (FormatException e)
{
    await Console.Error.WriteLineAsync($"compare: {e.Message}\n\n{Options.Help}");
    return 2;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("compare: interrupted");
    return 1;
}

async Task<int> RunAsync(Options options)
{
    if (args.Contains("--list"))
    {
        foreach (var row in Rows.All(udpRelay: null, options.IdleConnections))
            Console.WriteLine(row.Name);
        return 0;
    }

    using var udpRelay = new UdpRelay();
    var rows = Rows.All(udpRelay.Program, options.IdleConnections).Where(options.Wants).ToList();
    if (rows.Count == 0)
        throw new FormatException($"--only: no row has '{options.Only}' in its name");
    foreach (var line in Machine.Describe())
        Console.WriteLine(line + "  ");
    Console.WriteLine(FormattableString.Invariant($"medians of {options.Repeat} measurements of {options.Duration.TotalSeconds:0.##} s after {options.WarmUp.TotalSeconds:0.##} s of warm-up, servers alternating  "));
    if (NatsServer.Find() is null)
        Console.WriteLine("nats-server is not installed and left out  ");
    if (udpRelay.Program is null)
        Console.WriteLine("there is no C compiler, and the loop in C is left out  ");
    Console.WriteLine();
    Table.WriteHead();
    var comparison = new Comparison(options, interrupted.Token);
    foreach (var row in rows)
        Table.Write(row, await comparison.RunAsync(row));
    foreach (var failure in comparison.Failures)
        Console.WriteLine($"\nFAILED: {failure}");
    return comparison.Failures.Count == 0 ? 0 : 1;
}

void OnSignal(PosixSignalContext signal)
{
    // What runs is ended on the way out; a second signal does not wait for that.
    signal.Cancel = !interrupted.IsCancellationRequested;
    interrupted.Cancel();
}
