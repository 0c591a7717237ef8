using Anode.Messages;
using Anode.Protocols.Native.Wire;
using Anode.Sockets.Client;

namespace Anode.Cli.Client;

/// <summary>The nodes a command may use: the first that lets it in is taken.</summary>
internal sealed record Servers(IReadOnlyList<NetAddress> Addresses, Credentials Credentials, TlsClient Tls)
{
    // Long enough for a WAN, short enough for a list with a dead machine at its front.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    public async Task<NodeClient> ConnectAsync(string clientName, CancellationToken cancellation)
    {
        var hello = new Hello { Name = clientName, Token = Credentials.Token, User = Credentials.User, Password = Credentials.Password };
        var reasons = new List<string>(Addresses.Count);
        foreach (var address in Addresses)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(ConnectTimeout);
            try
            {
                return await NodeClient.ConnectAsync(address, Tls, hello, limit.Token);
            }
            catch (IOException e)
            {
                reasons.Add($"{address}: {e.InnerException?.Message ?? e.Message}");
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                reasons.Add($"{address}: no answer within {ConnectTimeout.TotalSeconds} s");
            }
        }

        throw CommandFailure.Failed($"cannot connect to {string.Join(", nor to ", reasons)}");
    }
}
