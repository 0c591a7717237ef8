using System.Text;
using Anode.Cli.Client;
using Anode.Cli.Rendering;

namespace Anode.Cli.Commands;

/// <summary><c>anode reply</c>.</summary>
internal static class ReplyCommand
{
    public const string Name = "reply";
    public const string Description = "Answer the requests that match a filter";

    public static CliCommand Create(Terminal terminal)
    {
        var filter = MessageFlags.Filter();
        var payload = MessageFlags.Payload("Text to answer with; - takes all of standard input. Default: nothing.");
        var echo = Flag.Switch("--echo", "Answer with the request's own payload and headers.");
        var queue = MessageFlags.Queue();
        var command = new CliCommand(Name, Description)
        {
            Synopsis = "FILTER [PAYLOAD|-|--echo] [options]",
            Notes = "Shows each request. Says on standard error when the subscription is in effect. Ctrl-C ends it with 0.",
            Examples =
            [
                "anode reply health ok",
                "anode reply 'svc.echo.>' --echo --queue echoes",
            ],
        };
        command.Arguments.Add(filter);
        command.Arguments.Add(payload);
        command.Options.Add(echo);
        command.Options.Add(queue);
        var servers = new ServerFlags().AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(echo) && result.GetValue(payload) is not null)
                result.AddError("--echo: the answer is either PAYLOAD or the request's own");
        });
        command.SetAction(async (parsed, _) =>
        {
            using var interrupts = new Interrupts();
            var output = new MessageOutput(terminal, MessageFormat.Text);
            try
            {
                var answer = parsed.GetValue(echo)
                    ? null
                    : await Input.PayloadAsync(parsed.GetValue(payload), terminal, interrupts.Token);
                await using var client = await servers.Of(parsed).ConnectAsync("anode reply", interrupts.Token);
                var subscriber = new Subscriber(client, terminal);
                await subscriber.BeginAsync(parsed.GetRequiredValue(filter), parsed.GetValue(queue) ?? "", interrupts.Token);
                for (; ; )
                    await AnswerAsync(client, await subscriber.NextAsync(interrupts.Token), answer, output, interrupts.Token);
            }
            catch (OperationCanceledException) when (interrupts.Token.IsCancellationRequested)
            {
                return ExitCode.Done;
            }
            finally
            {
                await output.FlushAsync();
            }
        });
        return command;
    }

    private static async Task AnswerAsync(
        NodeClient client, Delivered request, byte[]? answer, MessageOutput output, CancellationToken cancellation)
    {
        if (request.Reply is { } reply)
        {
            await client.PublishAsync(
                new Outgoing
                {
                    Subject = Encoding.UTF8.GetBytes(reply),
                    Payload = answer ?? request.Payload,
                    Headers = answer is null ? request.Headers : default,
                },
                cancellation);
        }

        var moreComes = client.HasMore;
        if (!moreComes)
            await client.FlushAsync(cancellation);
        await output.WriteAsync(request, moreComes);
    }
}
