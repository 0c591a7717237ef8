using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Anode.Cli.Client;

namespace Anode.Cli.Commands;

/// <summary><c>anode pub</c>.</summary>
internal static class PubCommand
{
    public const string Name = "pub";
    public const string Description = "Publish a message to everybody subscribed to its subject";

    public static CliCommand Create(Terminal terminal)
    {
        var subject = MessageFlags.Subject();
        var payload = MessageFlags.Payload("Text to send; - sends all of standard input as one payload. Default: nothing.");
        var count = Flag.Value<long>("--count", "N", "Send it N times. Default 1.", Values.TryCount, Values.Count);
        var rate = Flag.Value<double>("--rate", "N/s", "At most N messages per second. Default: as fast as the node takes them.", Values.TryRate, Values.Rate);
        var size = Flag.Value<int>("--size", "BYTES", "Send a payload of that many letters, in place of PAYLOAD.", Values.TrySize, Values.Size);
        var headers = MessageFlags.Headers();
        var reply = Flag.Text("--reply", "SUBJECT", "Where answers should go; ends with 3 when nobody is subscribed.");
        var receipt = Flag.Switch("--receipt", "Wait until the node has queued each message for its receivers, and show how many they were.");
        var command = new CliCommand(Name, Description)
        {
            Synopsis = "SUBJECT [PAYLOAD|-] [options]",
            Notes = "Ends when the node has applied everything. A payload that begins with a dash goes behind --.",
            Examples =
            [
                "anode pub lab.temp 21.5 --header unit=C",
                "anode pub photos.new - < photo.jpg",
                "anode pub load.test --size 128 --count 100000 --rate 5000/s",
                "anode pub lab.temp --receipt -- -4.5",
            ],
        };
        command.Arguments.Add(subject);
        command.Arguments.Add(payload);
        foreach (var option in (Option[])[count, rate, size, headers, reply, receipt])
            command.Options.Add(option);
        var servers = new ServerFlags().AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(size) is not null && result.GetValue(payload) is not null)
                result.AddError("--size: the payload is either PAYLOAD or made of --size bytes");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var message = new Outgoing
            {
                Subject = Encoding.UTF8.GetBytes(parsed.GetRequiredValue(subject)),
                Payload = parsed.GetValue(size) is { } bytes ? Letters(bytes) : await Input.PayloadAsync(parsed.GetValue(payload), terminal, cancellation),
                Headers = MessageFlags.Encode(parsed.GetValue(headers)),
                Reply = Encoding.UTF8.GetBytes(parsed.GetValue(reply) ?? ""),
            };
            var plan = new Plan(parsed.GetValue(count) ?? 1, parsed.GetValue(rate), parsed.GetValue(receipt));
            await using var client = await servers.Of(parsed).ConnectAsync("anode pub", cancellation);
            await RunAsync(client, message, plan, terminal, cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task RunAsync(NodeClient client, Outgoing message, Plan plan, Terminal terminal, CancellationToken cancellation)
    {
        if (client.Welcome.MaxPayload is > 0 and var most && message.Payload.Length > most)
            throw CommandFailure.Failed($"the payload has {message.Payload.Length} bytes, {client.Welcome.Node} takes {most}");
        var publisher = new Publisher(client, message, plan.Receipt);
        var clock = Stopwatch.StartNew();
        if (plan.Rate is { } rate)
            await SendPacedAsync(publisher, plan.Count, rate, clock, cancellation);
        else
            await publisher.SendAsync(plan.Count, cancellation);
        await publisher.FinishAsync(cancellation);
        if (plan.Receipt)
            await terminal.WriteLineAsync(Invariant($"{publisher.Receipts} {(publisher.Receipts == 1 ? "receipt" : "receipts")}, {publisher.Receivers} {(publisher.Receivers == 1 ? "receiver" : "receivers")}"));
        if (plan.Count > 1)
            await terminal.Error.WriteLineAsync(Invariant($"anode: {plan.Count} messages in {clock.Elapsed.TotalSeconds:0.000} s, {plan.Count / clock.Elapsed.TotalSeconds:0} per second"));
    }

    /// <summary>
    /// By the clock rather than by the tick: a late tick sends what it missed, so that the rate holds on the average.
    /// </summary>
    private static async Task SendPacedAsync(Publisher publisher, long count, double rate, Stopwatch clock, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(Math.Clamp(1 / rate, 0.01, 60)));
        for (var sent = 0L; ;)
        {
            var due = Math.Min(count, 1 + (long)(clock.Elapsed.TotalSeconds * rate));
            await publisher.SendAsync(due - sent, cancellation);
            await publisher.FlushAsync(cancellation);
            sent = due;
            if (sent == count)
                return;
            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    private static byte[] Letters(int bytes)
    {
        var letters = new byte[bytes];
        for (var i = 0; i < letters.Length; i++)
            letters[i] = (byte)('a' + (i % 26));
        return letters;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Plan(long Count, double? Rate, bool Receipt);
}
