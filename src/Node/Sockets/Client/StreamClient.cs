using System.Net;
using System.Net.Sockets;
using Anode.Messages;

namespace Anode.Sockets.Client;

/// <summary>
/// A plain stream to an address, for commands and tools: they live for one conversation, so there is nothing to supervise and no actor.
/// </summary>
public static class StreamClient
{
    /// <summary>
    /// Connects; a host name is resolved and all its addresses are tried. Closing the stream closes the socket.
    /// </summary>
    /// <param name="address"><c>tcp://</c>, <c>tls://</c> or <c>unix:</c>.</param>
    /// <param name="tls">How, for <c>tls://</c>.</param>
    /// <param name="cancellation">Ends the attempt; Linux itself would try for 127 s.</param>
    /// <exception cref="IOException">It did not work; the message is the reason alone, <c>connection refused</c>.</exception>
    public static async Task<Stream> ConnectAsync(NetAddress address, TlsClient tls, CancellationToken cancellation)
    {
        var stream = await ConnectInClearAsync(address, cancellation);
        return address.Scheme == Scheme.Tls ? await tls.SecureAsync(stream, address.Host, cancellation) : stream;
    }

    /// <inheritdoc cref="ConnectAsync(NetAddress, TlsClient, CancellationToken)"/>
    public static Task<Stream> ConnectAsync(NetAddress address, CancellationToken cancellation) => ConnectAsync(address, TlsClient.Default, cancellation);

    private static async Task<NetworkStream> ConnectInClearAsync(NetAddress address, CancellationToken cancellation)
    {
        var socket = address.Scheme switch
        {
            Scheme.Tcp or Scheme.Tls => new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true },
            Scheme.Unix => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            _ => throw new NotSupportedException($"{address} does not lead to a plain stream"),
        };
        try
        {
            await socket.ConnectAsync(Addresses.ToEndPoint(address) ?? new DnsEndPoint(address.Host, address.Port), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            // The runtime has no name of its own for ENOENT and reports a path that is not there as an address not available.
            var missing = address.IsUnix && e.SocketErrorCode == SocketError.AddressNotAvailable;
            throw new IOException(SocketErrors.TextOf(missing ? SocketErrors.ENOENT : SocketErrors.ErrnoOf(e)));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
