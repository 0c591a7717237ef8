using System.CommandLine;
using Anode.Cli.Bench.Checks;
using Anode.Cli.Bench.Loads;
using Anode.Cli.Bench.Reports;
using Anode.Cli.Bench.Wire;
using Anode.Cli.Commands;

namespace Anode.Cli.Bench.Commands;

/// <summary><c>anode bench pub-sub</c>.</summary>
internal static class PubSubCommand
{
    public const string Path = "bench pub-sub";

    public static CliCommand Create(Terminal terminal)
    {
        var publishers = LoadFlags.Count("--pub", "Publishers. Default 1.");
        var subscribers = LoadFlags.Count("--sub", "Subscribers. Default 1.");
        var pairs = LoadFlags.Count("--pairs", "That many publishers, each with a subject and a subscriber of its own; in place of --pub and --sub.");
        var queue = MessageFlags.Queue();
        queue.Description = "Make the subscribers members of this queue group: each message goes to one of them.";
        var size = LoadFlags.Size();
        var ledger = Flag.Switch("--ledger", $"Mark messages so that nodes account for each in their ledger; payloads of at least {Stamp.LedgerBytes} bytes.");
        var rate = Flag.Value<double>("--rate", "N/s", "Messages per second of all publishers together, each at its own time. Default: as fast as the server takes them.", Values.TryRate, Values.Rate);
        var churn = Flag.Value<double>("--churn", "N/s", "SUBs and UNSUBs per second of one more client, to other subjects. Default: none.", Values.TryRate, Values.Rate);
        var warmUp = LoadFlags.WarmUp();
        var duration = LoadFlags.Time("--duration", "Seconds to measure. Default 5.");
        var drain = LoadFlags.Time("--drain", "Seconds in which everything sent must have arrived after the last was sent. Default 10.");
        var subject = LoadFlags.Subject("Subject to use; pairs add .0, .1 and so on. Default: one that nobody else has.");
        var json = Flag.Switch("--json", "Show JSON.");
        var command = new CliCommand(Path, "Publish and subscribe, as fast as it goes or at a rate, and check every delivery")
        {
            Synopsis = "[options]",
            Notes = "Every subscriber checks for every publisher that messages come complete, once and in order; the command ends with 1 if they do not. "
                + "Times are taken with --rate only, from when a message was to be sent.",
            Examples =
            [
                "anode bench pub-sub --pub 4 --sub 4 --size 1KiB",
                "anode bench pub-sub --server tcp://127.0.0.1:4222 --pid $(pidof nats-server)",
                "anode bench pub-sub --pairs 4 --rate 10000/s --duration 30 --json",
                "anode bench pub-sub --server tcp://127.0.0.1:7400 --subscribe-at tcp://127.0.0.1:7410",
            ],
        };
        foreach (var option in (Option[])[publishers, subscribers, pairs, queue, size, ledger, rate, churn, warmUp, duration, drain, subject, json])
            command.Options.Add(option);
        var target = new TargetFlags().AddTo(command).AddSubscribersTo(command);
        var probe = new ProbeFlags().AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(ledger) && result.GetValue(size) < Stamp.LedgerBytes)
                result.AddError($"--ledger: the mark needs a payload of {Stamp.LedgerBytes} bytes");
            if (result.GetResult(pairs) is not null && (result.GetResult(publishers) ?? result.GetResult(subscribers) ?? result.GetResult(queue)) is not null)
                result.AddError("--pairs: pairs have one publisher and one subscriber each, without --pub, --sub or --queue");
        });
        command.SetAction(async (parsed, _) =>
        {
            var count = (int?)parsed.GetValue(pairs);
            var plan = new PubSubPlan
            {
                Publishers = count ?? (int?)parsed.GetValue(publishers) ?? 1,
                Subscribers = count ?? (int?)parsed.GetValue(subscribers) ?? 1,
                Pairs = count is not null,
                Queue = parsed.GetValue(queue),
                PayloadBytes = parsed.GetValue(size) ?? 128,
                Ledger = parsed.GetValue(ledger),
                Rate = parsed.GetValue(rate),
                Churn = parsed.GetValue(churn),
                WarmUp = parsed.GetValue(warmUp) ?? TimeSpan.FromSeconds(1),
                Duration = parsed.GetValue(duration) ?? TimeSpan.FromSeconds(5),
                Drain = parsed.GetValue(drain) ?? TimeSpan.FromSeconds(10),
                Subject = parsed.GetValue(subject) ?? LoadFlags.OwnSubject(),
            };
            var server = target.Of(parsed);
            if (server.Format is BareFormat && (plan.Publishers > 1 || plan.Queue is not null || plan.Churn is not null))
                throw Usage.Wrong(Path, "--protocol: a bare relay has one publisher, no queue groups and no subscriptions");
            using var watch = probe.Of(parsed);
            var result = await Running.RunAsync(run => PubSubLoad.Run(server, target.SubscribersOf(parsed), plan, watch, run, new ProgressView(terminal)));
            var report = PubSubReport.Of(server, plan, result);
            if (parsed.GetValue(json))
                await terminal.WriteLineAsync(Figures.Json(report));
            else
                await Printer.WriteAsync(terminal, report.Lines(result.Verdict));
            return report.Check.Ok ? ExitCode.Done : throw CommandFailure.Failed($"{result.Verdict}: {string.Join("; ", report.Check.Offences)}");
        });
        return command;
    }
}
