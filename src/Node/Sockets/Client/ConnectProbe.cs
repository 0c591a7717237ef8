using System.Net.Sockets;
using Anode.Messages;

namespace Anode.Sockets.Client;

/// <summary>What a port said to a connect.</summary>
internal enum ProbeResult
{
    /// <summary>Somebody listens.</summary>
    Open,

    /// <summary>The machine is there and says that nobody listens.</summary>
    Refused,

    /// <summary>Nothing came back, or something that says nothing about who listens.</summary>
    Silent,
}

/// <summary>Asks a port whether anybody listens there, and hangs up.</summary>
internal static class ConnectProbe
{
    public static async Task<ProbeResult> AskAsync(NetAddress address, TimeSpan patience)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var deadline = new CancellationTokenSource(patience);
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, deadline.Token).ConfigureAwait(false);
            return ProbeResult.Open;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset ? ProbeResult.Refused : ProbeResult.Silent;
        }
        catch (OperationCanceledException)
        {
            return ProbeResult.Silent;
        }
    }
}
