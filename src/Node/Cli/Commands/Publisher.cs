using System.Text;
using Anode.Cli.Client;

namespace Anode.Cli.Commands;

/// <summary>Publishes one message many times and keeps account of what the node says to that.</summary>
internal sealed class Publisher(NodeClient client, Outgoing message, bool receipts)
{
    /// <summary>PUTs on their way: a round trip's worth at any rate we reach, and far below the node's receipt window of 8,192.</summary>
    private const ulong MaxUnconfirmed = 1000;

    // The node answers at once; this long a silence is a node that hangs.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private ulong _sent;
    private bool _synced;

    public ulong Receipts { get; private set; }

    /// <summary>Of all receipts together.</summary>
    public long Receivers { get; private set; }

    public async Task SendAsync(long count, CancellationToken cancellation)
    {
        for (; count > 0; count--)
        {
            while (client.TryRead(out var incoming))
                Take(incoming);
            _sent++;
            if (!receipts)
            {
                await client.PublishAsync(message, cancellation);
                continue;
            }

            await client.PutAsync(_sent, message, cancellation);
            await WaitAsync(() => _sent - Receipts < MaxUnconfirmed, cancellation);
        }
    }

    public ValueTask FlushAsync(CancellationToken cancellation) => client.FlushAsync(cancellation);

    /// <summary>Until the node has applied everything, and confirmed what is to be confirmed.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        await client.PingAsync(cancellation);
        await WaitAsync(() => _synced && (!receipts || Receipts == _sent), cancellation);
    }

    private async Task WaitAsync(Func<bool> reached, CancellationToken cancellation)
    {
        if (reached())
            return;
        await client.FlushAsync(cancellation);
        while (!reached())
        {
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            late.CancelAfter(AnswerTimeout);
            try
            {
                Take(await client.ReadAsync(late.Token));
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw CommandFailure.TimedOut($"{client.Server} has not answered for {AnswerTimeout.TotalSeconds} s");
            }
        }
    }

    private void Take(Incoming incoming)
    {
        switch (incoming)
        {
            case Receipt receipt:
                Receipts++;
                Receivers += receipt.Receivers;
                break;
            case Ponged:
                _synced = true;
                break;
            // The subject given as --reply is not this connection's inbox, but the node's answer for nobody comes here all the same.
            case Delivered { IsNoResponders: true }:
                throw new CommandFailure(ExitCode.NoResponders, $"nobody is subscribed to '{Encoding.UTF8.GetString(message.Subject.Span)}'");
            case Refused refused:
                throw refused.ToFailure();
            case Farewell farewell:
                throw farewell.ToFailure();
        }
    }
}
