using Anode.Cli.Client;

namespace Anode.Cli.Commands;

/// <summary>One subscription, from SUB to the end of the connection; for commands that do nothing but listen.</summary>
internal sealed class Subscriber(NodeClient client, Terminal terminal)
{
    private const long Sid = 1;

    private string _filter = "";
    private bool _established;

    public async Task BeginAsync(string filter, string queue, CancellationToken cancellation)
    {
        _filter = filter;
        await client.SubscribeAsync(Sid, filter, queue, cancellation);
        await client.PingAsync(cancellation);
        await client.FlushAsync(cancellation);
    }

    /// <summary>
    /// The next message. When the node has applied the subscription, the user is told, which is what a script has to wait for.
    /// </summary>
    /// <exception cref="CommandFailure">The node refused the subscription, or the connection ended.</exception>
    public async ValueTask<Delivered> NextAsync(CancellationToken cancellation)
    {
        for (; ; )
        {
            switch (await client.ReadAsync(cancellation))
            {
                case Delivered message:
                    return message;
                case Ponged when !_established:
                    _established = true;
                    await terminal.Error.WriteLineAsync($"anode: subscribed to '{_filter}' on {client.Welcome.Node} ({client.Server})");
                    break;
                case Refused refused when _established && !refused.Ends:
                    await terminal.Error.WriteLineAsync($"anode: {refused.ToFailure().Message}");
                    break;
                case Refused refused:
                    throw refused.ToFailure();
                case Farewell farewell:
                    throw farewell.ToFailure();
            }
        }
    }
}
