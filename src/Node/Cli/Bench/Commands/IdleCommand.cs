using System.CommandLine;
using Anode.Cli.Bench.Loads;
using Anode.Cli.Bench.Reports;

namespace Anode.Cli.Bench.Commands;

/// <summary><c>anode bench idle</c>.</summary>
internal static class IdleCommand
{
    public const string Path = "bench idle";

    public static CliCommand Create(Terminal terminal)
    {
        var connections = LoadFlags.Count("--connections", "How many. Default 1000.");
        var settle = LoadFlags.Time("--settle", "Seconds between the last handshake and the look at the server's memory. Default 2.");
        var json = Flag.Switch("--json", "Show JSON.");
        var command = new CliCommand(Path, "Hold connections that do nothing, and show what memory each costs the server")
        {
            Synopsis = "--pid PID [options]",
            Notes = "What is counted is resident memory of the process; the kernel's own buffers are no part of it. For a server that has held as many before, the difference says little.",
            Examples = ["anode bench idle --connections 10000 --pid $(pidof nats-server) --server tcp://127.0.0.1:4222"],
        };
        foreach (var option in (Option[])[connections, settle, json])
            command.Options.Add(option);
        var target = new TargetFlags().AddTo(command);
        var probe = new ProbeFlags(metrics: false).AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var server = Sessions.Required(target.Of(parsed), Path);
            using var watch = probe.Of(parsed);
            if (watch.Usage() is null)
                throw Usage.Wrong(Path, "--pid is missing: whose memory is to be looked at?");
            var (count, pause) = ((int?)parsed.GetValue(connections) ?? 1000, parsed.GetValue(settle) ?? TimeSpan.FromSeconds(2));
            var result = await Running.RunAsync(run => IdleLoad.Run(server, count, pause, watch, run, new ProgressView(terminal)));
            var report = IdleReport.Of(server, result);
            if (parsed.GetValue(json))
                await terminal.WriteLineAsync(Figures.Json(report));
            else
                await Printer.WriteAsync(terminal, report.Lines());
            return ExitCode.Done;
        });
        return command;
    }
}
