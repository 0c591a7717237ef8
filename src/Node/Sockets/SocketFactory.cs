using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>Creates sockets with their options set; a failure leaves nothing open.</summary>
internal static class SocketFactory
{
    /// <summary>
    /// Towards a peer on this machine. There is no distance to fill, and buffers that grow, to 4 MiB mostly, cost local streams up to a third of their rate
    /// (docs/performance.md).
    /// </summary>
    private const int LocalSendBufferBytes = 256 * 1024;

    /// <remarks>
    /// Never <c>SocketOptionName.ReuseAddress</c>: .NET on Linux already sets SO_REUSEADDR for TCP, and that option also turns on
    /// SO_REUSEPORT, with which a second process shares the port and takes half of the connections unnoticed.
    /// </remarks>
    public static Socket Create(Family family, SocketKind kind, int protocol, Sock.Options options)
    {
        var type = kind switch
        {
            SocketKind.Stream => SocketType.Stream,
            SocketKind.Datagram => SocketType.Dgram,
            _ => (SocketType)(int)kind,
        };
        var native = Addresses.ToNative(family);
        var socket = new Socket(native, type, ToProtocol(family, kind, protocol));
        try
        {
            if (family == Family.Inet6)
                socket.DualMode = options.DualStack;
            if (options.ReusePort)
                SetReusePort(socket);
            if (kind == SocketKind.Datagram && options.Broadcast)
                socket.EnableBroadcast = true;
            // Before bind and connect, so that the kernel's no comes at once; and the window scale is fixed by the handshake.
            if (kind == SocketKind.Stream)
                ApplyStream(socket, options);
            else
                ApplyBuffers(socket, options);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Options of a connected stream; an accepted socket gets them as well.</summary>
    public static void ApplyStream(Socket socket, Sock.Options options)
    {
        ApplyBuffers(socket, options);
        if (socket.AddressFamily == AddressFamily.Unix)
            return;
        socket.NoDelay = options.NoDelay;
        if (options.KeepAlive is not { } keepAlive)
            return;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Seconds(keepAlive.Idle));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Seconds(keepAlive.Interval));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, keepAlive.Probes);
    }

    /// <summary>Of a connected stream.</summary>
    /// <param name="socket">To whom.</param>
    /// <param name="asked">The size somebody asked for, which stays.</param>
    public static void BoundToLocalPeer(Socket socket, int? asked = null)
    {
        if (asked is null && IsLocal(socket))
            socket.SendBufferSize = LocalSendBufferBytes;
    }

    /// <summary>SO_PEERCRED; null for anything but a connected Unix socket.</summary>
    public static Sock.PeerCredentials? CredentialsOf(Socket socket)
    {
        const int SolSocket = 1, SoPeerCred = 17;
        if (socket.AddressFamily != AddressFamily.Unix)
            return null;
        Span<byte> ucred = stackalloc byte[12];
        try
        {
            if (socket.GetRawSocketOption(SolSocket, SoPeerCred, ucred) < 12)
                return null;
        }
        catch (SocketException)
        {
            return null; // the peer was gone before it was asked for
        }

        var fields = MemoryMarshal.Cast<byte, int>(ucred);
        return new Sock.PeerCredentials(fields[0], (uint)fields[1], (uint)fields[2]);
    }

    /// <summary>RST instead of FIN.</summary>
    public static void Abort(Socket socket)
    {
        if (socket.AddressFamily != AddressFamily.Unix && socket.SocketType == SocketType.Stream)
            socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    private static void ApplyBuffers(Socket socket, Sock.Options options)
    {
        if (options.ReceiveBufferBytes is { } receive)
            socket.ReceiveBufferSize = receive;
        if (options.SendBufferBytes is { } send)
            socket.SendBufferSize = send;
    }

    private static bool IsLocal(Socket socket) => socket.RemoteEndPoint is IPEndPoint { Address: var peer }
        && (IPAddress.IsLoopback(peer) || (socket.LocalEndPoint is IPEndPoint own && peer.Equals(own.Address)));

    private static void SetReusePort(Socket socket)
    {
        const int SolSocket = 1, SoReusePort = 15;
        socket.SetRawSocketOption(SolSocket, SoReusePort, BitConverter.GetBytes(1));
    }

    /// <summary>Linux takes 0 as «the one protocol of this pair»; the runtime wants it named.</summary>
    private static ProtocolType ToProtocol(Family family, SocketKind kind, int protocol) =>
        protocol != 0 ? (ProtocolType)protocol
        : family == Family.Unix ? ProtocolType.Unspecified
        : kind == SocketKind.Stream ? ProtocolType.Tcp
        : kind == SocketKind.Datagram ? ProtocolType.Udp
        : ProtocolType.Unspecified;

    private static int Seconds(TimeSpan span) => Math.Max(1, (int)Math.Round(span.TotalSeconds));
}
