using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Anode.Messages;

namespace Anode.Sockets.Client;

/// <summary>
/// A stream socket with blocking calls only, for a thread of its own that moves as many bytes as it can: one system call each, no
/// readiness and no completions. No asynchronous call may be made on it: the runtime would switch the descriptor to non-blocking for good.
/// </summary>
/// <remarks>One thread may receive while another sends. <see cref="Close"/> frees both, from any thread.</remarks>
public sealed class BlockingStream : IDisposable
{
    private readonly Socket _socket;
    private SslStream? _tls;

    private BlockingStream(Socket socket) => _socket = socket;

    /// <summary>Connects; all addresses of a host name are tried.</summary>
    /// <param name="address"><c>tcp://</c> or <c>unix:</c>.</param>
    /// <param name="timeout">Of each try.</param>
    /// <exception cref="IOException">It did not work; the message is the reason alone, <c>connection refused</c>.</exception>
    public static BlockingStream Connect(NetAddress address, TimeSpan timeout)
    {
        var failure = new IOException(SocketErrors.TextOf(SocketErrors.ENXIO));
        foreach (var endPoint in EndPointsOf(address))
        {
            var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, address.IsUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
            try
            {
                if (!address.IsUnix)
                    socket.NoDelay = true;
                // Bounds connect as well, see socket(7); later on a server may hold a publisher back as long as it likes.
                socket.SendTimeout = (int)timeout.TotalMilliseconds;
                socket.Connect(endPoint);
                socket.SendTimeout = 0;
                SocketFactory.BoundToLocalPeer(socket);
                return new BlockingStream(socket);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                failure = new IOException(SocketErrors.TextOf(SocketErrors.ErrnoOf(e, address)));
            }
        }

        throw failure;
    }

    /// <summary>Encrypts all that follows.</summary>
    /// <param name="tls">How.</param>
    /// <param name="host">The name the server's certificate must have.</param>
    /// <param name="timeout">Of each step of the handshake.</param>
    /// <exception cref="IOException">It did not work; the message is the reason alone.</exception>
    public void Secure(TlsClient tls, string host, TimeSpan timeout)
    {
        (_socket.ReceiveTimeout, _socket.SendTimeout) = ((int)timeout.TotalMilliseconds, (int)timeout.TotalMilliseconds);
        _tls = tls.Secure(new NetworkStream(_socket, ownsSocket: false), host);
        (_socket.ReceiveTimeout, _socket.SendTimeout) = (0, 0);
    }

    /// <summary>Bytes that can be received without waiting; with TLS also some that are on their way within it.</summary>
    public int Available => Do(static (socket, _) => socket.Available, 0);

    /// <summary>How long <see cref="Receive"/> waits; zero for without end.</summary>
    public void SetReceiveTimeout(TimeSpan timeout) => Do(static (socket, time) => socket.ReceiveTimeout = (int)time.TotalMilliseconds, timeout);

    /// <summary>0 at the end of the stream.</summary>
    /// <exception cref="IOException">The stream broke; the message is the reason alone.</exception>
    /// <exception cref="TimeoutException">See <see cref="SetReceiveTimeout"/>.</exception>
    public int Receive(Span<byte> room)
    {
        try
        {
            return _tls is null ? _socket.Receive(room) : _tls.Read(room);
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut } && _socket.ReceiveTimeout > 0)
        {
            throw new TimeoutException();
        }
        catch (IOException e)
        {
            throw new IOException(e.InnerException is SocketException inner ? SocketErrors.TextOf(SocketErrors.ErrnoOf(inner)) : TlsErrors.TextOf(e), e);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.TimedOut && _socket.ReceiveTimeout > 0)
        {
            throw new TimeoutException();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Broken(e);
        }
    }

    /// <summary>Returns when the kernel has taken all of it.</summary>
    /// <exception cref="IOException">The stream broke; the message is the reason alone.</exception>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (_tls is not null)
            {
                _tls.Write(bytes);
                return;
            }

            while (bytes.Length > 0)
                bytes = bytes[_socket.Send(bytes)..];
        }
        catch (IOException e)
        {
            throw new IOException(e.InnerException is SocketException inner ? SocketErrors.TextOf(SocketErrors.ErrnoOf(inner)) : TlsErrors.TextOf(e), e);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Broken(e);
        }
    }

    /// <summary>The peer reads the end of the stream behind everything sent.</summary>
    public void EndSending() => Do(
        static (socket, how) =>
        {
            socket.Shutdown(how);
            return 0;
        },
        SocketShutdown.Send);

    /// <summary>Ends both directions and frees the threads that wait in them.</summary>
    public void Close()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the peer was first
        }
    }

    /// <summary>
    /// Ends by a reset, which leaves no port in TIME_WAIT: who opens thousands of connections in a second has only some 28,000.
    /// </summary>
    public void Reset()
    {
        try
        {
            _socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the peer was first
        }

        _socket.Dispose();
    }

    public void Dispose()
    {
        Close();
        _socket.Dispose();
    }

    private static EndPoint[] EndPointsOf(NetAddress address)
    {
        if (Addresses.ToEndPoint(address) is { } literal)
            return [literal];
        try
        {
            return [.. Dns.GetHostAddresses(address.Host).Select(ip => new IPEndPoint(ip, address.Port))];
        }
        catch (SocketException e)
        {
            throw new IOException(SocketErrors.TextOf(SocketErrors.ErrnoOf(e)));
        }
    }

    private T Do<T, TArgument>(Func<Socket, TArgument, T> call, TArgument argument)
    {
        try
        {
            return call(_socket, argument);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Broken(e);
        }
    }

    private static IOException Broken(Exception e) => new(SocketErrors.TextOf(SocketErrors.ErrnoOf(e)), e);
}
