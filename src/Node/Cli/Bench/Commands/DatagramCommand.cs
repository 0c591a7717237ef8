using System.CommandLine;
using System.CommandLine.Parsing;
using Anode.Cli.Bench.Datagrams;
using Anode.Cli.Bench.Reports;
using Anode.Cli.Client;
using Anode.Cli.Commands;
using Anode.Messages;
using Anode.Sockets.Client;

namespace Anode.Cli.Bench.Commands;

/// <summary><c>anode bench udp</c>.</summary>
internal static class DatagramCommand
{
    public const string Path = "bench udp";

    private static readonly NetAddress Default = NetAddress.Parse("udp://127.0.0.1:7400");

    public static CliCommand Create(Terminal terminal)
    {
        var server = new Option<NetAddress?>("--server")
        {
            Description = $"Relay to use. Default {Default}.",
            HelpName = "udp://HOST:PORT",
            CustomParser = ParseServer,
        };
        var protocol = Flag.Value<Relay>("--protocol", "native|bare", "A node, or a relay that sends all it gets to who said S. Default native.", TryRelay, "native or bare");
        var size = Flag.Value<int>("--size", "BYTES", "Of the whole datagram. Default 64.", Values.TrySize, Values.Size);
        var window = LoadFlags.Count("--window", "Datagrams under way at most. Default 256, which a relay's receive buffer holds.");
        var warmUp = LoadFlags.WarmUp();
        var duration = LoadFlags.Time("--duration", "Seconds to measure. Default 5.");
        var json = Flag.Switch("--json", "Show JSON.");
        var command = new CliCommand(Path, "Send datagrams through a relay, and count those that arrive")
        {
            Synopsis = "[options]",
            Notes = "One address sends MSG, another one has a session and gets them. Datagrams may be lost: that is shown, and no failure.",
            Examples = ["anode bench udp", "anode bench udp --server udp://127.0.0.1:9000 --protocol bare --json"],
        };
        var token = new TokenFlag();
        foreach (var option in (Option[])[server, protocol, size, window, warmUp, duration, json])
            command.Options.Add(option);
        token.AddTo(command);
        var probe = new ProbeFlags().AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            if (!DatagramClient.IsSupported)
                throw CommandFailure.Failed("many datagrams in one system call are to be had on 64-bit Linux only");
            var plan = new DatagramPlan
            {
                DatagramBytes = parsed.GetValue(size) ?? 64,
                Window = (int?)parsed.GetValue(window) ?? 256,
                WarmUp = parsed.GetValue(warmUp) ?? TimeSpan.FromSeconds(1),
                Duration = parsed.GetValue(duration) ?? TimeSpan.FromSeconds(5),
                Subject = LoadFlags.OwnSubject(),
            };
            if (DatagramLoad.LeastBytes(plan.Subject) is var least && (plan.DatagramBytes < least || plan.DatagramBytes > DatagramClient.SlotBytes))
                throw Usage.Wrong(Path, $"--size: a datagram of this load has {least} to {DatagramClient.SlotBytes} bytes");
            var (address, bare) = (parsed.GetValue(server) ?? Default, parsed.GetValue(protocol) is Relay.Bare);
            IDatagramPeer peer = bare ? new BarePeer() : new NativePeer(new Credentials(token.Of(parsed), null, null));
            using var watch = probe.Of(parsed);
            var result = await Running.RunAsync(run => DatagramLoad.Run(address, peer, plan, watch, run, new ProgressView(terminal)));
            var report = DatagramReport.Of(address.ToString(), bare ? "bare" : "native", plan, result);
            if (parsed.GetValue(json))
                await terminal.WriteLineAsync(Figures.Json(report));
            else
                await Printer.WriteAsync(terminal, report.Lines());
            return result.Delivered > 0 ? ExitCode.Done : throw CommandFailure.Failed("no datagram arrived");
        });
        return command;
    }

    private static NetAddress? ParseServer(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (!NetAddress.TryParse(text, out var address, out var error))
            result.AddError($"--server: {error}");
        else if (address.Scheme != Scheme.Udp || address.Port == 0)
            result.AddError($"--server: '{address}' is not udp://HOST:PORT");
        else
            return address;
        return null;
    }

    private static bool TryRelay(string text, out Relay relay)
    {
        relay = text is "bare" ? Relay.Bare : Relay.Native;
        return text is "bare" or "native";
    }

    private enum Relay
    {
        Native = 0,
        Bare = 1,
    }
}
