using System.CommandLine;
using System.Text;
using Anode.Cli.Client;
using Anode.Cli.Rendering;

namespace Anode.Cli.Commands;

/// <summary><c>anode request</c>.</summary>
internal static class RequestCommand
{
    public const string Name = "request";
    public const string Description = "Publish a request and show the answer";

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    public static CliCommand Create(Terminal terminal)
    {
        var subject = MessageFlags.Subject();
        var payload = MessageFlags.Payload("Text to send; - sends all of standard input. Default: nothing.");
        var timeout = Flag.Value<TimeSpan>("--timeout", "S", "Seconds to wait for answers. Default 5.", Values.TryDuration, Values.Duration);
        var replies = Flag.Value<long>("--replies", "N", "End after N answers. Default 1.", Values.TryCount, Values.Count);
        var headers = MessageFlags.Headers();
        var format = MessageFlags.Format("raw");
        var command = new CliCommand(Name, Description)
        {
            Synopsis = "SUBJECT [PAYLOAD|-] [options]",
            Notes = "Ends with 3 when nobody is subscribed to the subject, with 4 when the answers did not come in time.",
            Examples =
            [
                "anode request time.now",
                "anode request svc.resize - < photo.jpg > small.jpg",
                "anode request who.is.there --replies 10 --timeout 1 --format text",
            ],
        };
        command.Arguments.Add(subject);
        command.Arguments.Add(payload);
        foreach (var option in (Option[])[timeout, replies, headers, format])
            command.Options.Add(option);
        var servers = new ServerFlags().AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new Outgoing
            {
                Subject = Encoding.UTF8.GetBytes(parsed.GetRequiredValue(subject)),
                Payload = await Input.PayloadAsync(parsed.GetValue(payload), terminal, cancellation),
                Headers = MessageFlags.Encode(parsed.GetValue(headers)),
            };
            var output = new MessageOutput(terminal, parsed.GetValue(format) ?? MessageFormat.Raw);
            await using var client = await servers.Of(parsed).ConnectAsync("anode request", cancellation);
            await AskAsync(client, request, parsed.GetValue(replies) ?? 1, parsed.GetValue(timeout) ?? DefaultTimeout, output, cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task AskAsync(
        NodeClient client, Outgoing request, long replies, TimeSpan timeout, MessageOutput output, CancellationToken cancellation)
    {
        var inbox = $"{client.Welcome.Inbox}.1";
        await client.PublishAsync(request with { Reply = Encoding.UTF8.GetBytes(inbox) }, cancellation);
        await client.FlushAsync(cancellation);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(timeout);
        for (var received = 0L; received < replies;)
        {
            Incoming incoming;
            try
            {
                incoming = await client.ReadAsync(late.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw CommandFailure.TimedOut($"{received} of {replies} answers came within {timeout.TotalSeconds} s");
            }

            switch (incoming)
            {
                case Delivered { IsNoResponders: true }:
                    throw new CommandFailure(ExitCode.NoResponders, $"nobody is subscribed to '{Encoding.UTF8.GetString(request.Subject.Span)}'");
                case Delivered answer when answer.Subject == inbox:
                    received++;
                    await output.WriteAsync(answer, moreComes: false);
                    break;
                case Refused refused:
                    throw refused.ToFailure();
                case Farewell farewell:
                    throw farewell.ToFailure();
            }
        }
    }
}
