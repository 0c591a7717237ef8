using System.CommandLine;
using Anode.Cli.Bench.Loads;
using Anode.Cli.Bench.Reports;

namespace Anode.Cli.Bench.Commands;

/// <summary><c>anode bench request</c>.</summary>
internal static class RequestLoadCommand
{
    public const string Path = "bench request";

    public static CliCommand Create(Terminal terminal)
    {
        var clients = LoadFlags.Count("--clients", "Clients, each with one request under way. Default 1.");
        var responders = Flag.Value<long>("--responders", "N", "Responders; 0 if others answer on --subject, with the request's payload. Default 1.", TryResponders, "a whole number from 0 to 1000");
        var size = LoadFlags.Size();
        var rate = Flag.Value<double>("--rate", "N/s", "Requests per second of all clients together, each at its own time. Default: one after the other.", Values.TryRate, Values.Rate);
        var warmUp = LoadFlags.WarmUp();
        var duration = LoadFlags.Time("--duration", "Seconds to measure. Default 5.");
        var timeout = LoadFlags.Time("--timeout", "Seconds an answer may take. Default 5.");
        var subject = LoadFlags.Subject("Subject to use. Default: one that nobody else has.");
        var json = Flag.Switch("--json", "Show JSON.");
        var command = new CliCommand(Path, "Ask and answer, and measure round trips")
        {
            Synopsis = "[options]",
            Notes = "A request goes through the server to a responder and its answer back through the server: two messages. A bare relay sends back "
                + "what it gets, so there it is one. With --rate times count from when a request was to be sent.",
            Examples =
            [
                "anode bench request --size 16",
                "anode bench request --server tcp://127.0.0.1:4222 --clients 8 --rate 5000/s",
            ],
        };
        foreach (var option in (Option[])[clients, responders, size, rate, warmUp, duration, timeout, subject, json])
            command.Options.Add(option);
        var target = new TargetFlags().AddTo(command);
        var probe = new ProbeFlags().AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(responders) is 0 && result.GetResult(subject) is null)
                result.AddError("--responders: when others answer, say where by --subject");
        });
        command.SetAction(async (parsed, _) =>
        {
            var plan = new RequestPlan
            {
                Clients = (int?)parsed.GetValue(clients) ?? 1,
                Responders = (int?)parsed.GetValue(responders) ?? 1,
                PayloadBytes = parsed.GetValue(size) ?? 128,
                Rate = parsed.GetValue(rate),
                WarmUp = parsed.GetValue(warmUp) ?? TimeSpan.FromSeconds(1),
                Duration = parsed.GetValue(duration) ?? TimeSpan.FromSeconds(5),
                Timeout = parsed.GetValue(timeout) ?? TimeSpan.FromSeconds(5),
                Subject = parsed.GetValue(subject) ?? LoadFlags.OwnSubject(),
            };
            var server = target.Of(parsed);
            if (!server.Format.HasSessions && plan.Clients > 1)
                throw Usage.Wrong(Path, "--protocol: a bare relay has one client");
            using var watch = probe.Of(parsed);
            var result = await Running.RunAsync(run => RequestLoad.Run(server, plan, watch, run, new ProgressView(terminal)));
            var report = RequestReport.Of(server, plan, result);
            if (parsed.GetValue(json))
                await terminal.WriteLineAsync(Figures.Json(report));
            else
                await Printer.WriteAsync(terminal, report.Lines(result.Verdict));
            return report.Check.Ok ? ExitCode.Done : throw CommandFailure.Failed($"{result.Verdict}: {string.Join("; ", report.Check.Offences)}");
        });
        return command;
    }

    private static bool TryResponders(string text, out long count)
    {
        count = 0;
        return text is "0" || (Values.TryCount(text, out count) && count <= 1000);
    }
}
