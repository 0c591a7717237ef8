using System.CommandLine;
using Anode.Cli.Bench.Loads;
using Anode.Cli.Bench.Reports;

namespace Anode.Cli.Bench.Commands;

/// <summary><c>anode bench connect</c>.</summary>
internal static class ConnectCommand
{
    public const string Path = "bench connect";

    public static CliCommand Create(Terminal terminal)
    {
        var parallel = LoadFlags.Count("--connections", "Connections being opened at the same time. Default 4.");
        var warmUp = LoadFlags.WarmUp();
        var duration = LoadFlags.Time("--duration", "Seconds to measure. Default 5.");
        var json = Flag.Switch("--json", "Show JSON.");
        var command = new CliCommand(Path, "Connect, shake hands and close, over and over")
        {
            Synopsis = "[options]",
            Notes = "The handshake is HELLO and WELCOME, or INFO, CONNECT, PING and PONG. Connections are reset rather than closed, which leaves no port waiting.",
            Examples = ["anode bench connect --connections 8 --duration 10"],
        };
        foreach (var option in (Option[])[parallel, warmUp, duration, json])
            command.Options.Add(option);
        var target = new TargetFlags().AddTo(command);
        var probe = new ProbeFlags(metrics: false).AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var server = Sessions.Required(target.Of(parsed), Path);
            var (count, before, time) = ((int?)parsed.GetValue(parallel) ?? 4, parsed.GetValue(warmUp) ?? TimeSpan.FromSeconds(1), parsed.GetValue(duration) ?? TimeSpan.FromSeconds(5));
            using var watch = probe.Of(parsed);
            var result = await Running.RunAsync(run => ConnectLoad.Run(server, count, before, time, watch, run, new ProgressView(terminal)));
            var report = ConnectReport.Of(server, count, result);
            if (parsed.GetValue(json))
                await terminal.WriteLineAsync(Figures.Json(report));
            else
                await Printer.WriteAsync(terminal, report.Lines());
            return ExitCode.Done;
        });
        return command;
    }
}

/// <summary>For loads that are about handshakes.</summary>
internal static class Sessions
{
    public static Target Required(Target target, string commandPath) =>
        target.Format.HasSessions ? target : throw Usage.Wrong(commandPath, "--protocol: a bare relay has no handshake");
}
