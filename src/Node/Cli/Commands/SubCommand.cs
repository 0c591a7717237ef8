using System.CommandLine;
using Anode.Cli.Client;
using Anode.Cli.Rendering;

namespace Anode.Cli.Commands;

/// <summary><c>anode sub</c>.</summary>
internal static class SubCommand
{
    public const string Name = "sub";
    public const string Description = "Show the messages that match a filter, as they come";

    public static CliCommand Create(Terminal terminal)
    {
        var filter = MessageFlags.Filter();
        var queue = MessageFlags.Queue();
        var count = Flag.Value<long>("--count", "N", "End after N messages.", Values.TryCount, Values.Count);
        var timeout = Flag.Value<TimeSpan>("--timeout", "S", "End after S seconds; with 4 if fewer than --count messages (or none) had come.", Values.TryDuration, Values.Duration);
        var format = MessageFlags.Format("text");
        var command = new CliCommand(Name, Description)
        {
            Synopsis = "FILTER [options]",
            Notes = "Says on standard error when the subscription is in effect. Ctrl-C ends it with 0.",
            Examples =
            [
                "anode sub 'lab.>'",
                "anode sub orders --queue workers --format json",
                "anode sub lab.temp --count 1 --timeout 5 --format raw",
            ],
        };
        command.Arguments.Add(filter);
        foreach (var option in (Option[])[queue, count, timeout, format])
            command.Options.Add(option);
        var servers = new ServerFlags().AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using var interrupts = new Interrupts();
            var output = new MessageOutput(terminal, parsed.GetValue(format) ?? MessageFormat.Text);
            var wanted = new Wanted(parsed.GetRequiredValue(filter), parsed.GetValue(queue) ?? "", parsed.GetValue(count), parsed.GetValue(timeout));
            try
            {
                return await RunAsync(terminal, servers.Of(parsed), wanted, output, interrupts.Token);
            }
            finally
            {
                await output.FlushAsync();
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, Servers servers, Wanted wanted, MessageOutput output, CancellationToken interrupted)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        var received = 0L;
        try
        {
            await using var client = await servers.ConnectAsync("anode sub", ended.Token);
            var subscriber = new Subscriber(client, terminal);
            await subscriber.BeginAsync(wanted.Filter, wanted.Queue, ended.Token);
            if (wanted.Timeout is { } timeout)
                ended.CancelAfter(timeout);
            while (received < (wanted.Count ?? long.MaxValue))
            {
                var message = await subscriber.NextAsync(ended.Token);
                received++;
                await output.WriteAsync(message, moreComes: client.HasMore);
            }

            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return received > 0 && wanted.Count is null
                ? ExitCode.Done
                : throw CommandFailure.TimedOut($"{received} of {wanted.Count ?? 1} messages came within {wanted.Timeout!.Value.TotalSeconds} s");
        }
    }

    private sealed record Wanted(string Filter, string Queue, long? Count, TimeSpan? Timeout);
}
