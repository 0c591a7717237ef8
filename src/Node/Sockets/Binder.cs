using System.Net;
using System.Net.Sockets;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>Opens and binds, for every family: the risky step of all endpoints.</summary>
internal static class Binder
{
    /// <summary>A bound socket; on failure nothing stays open.</summary>
    /// <exception cref="SocketException">With the errno that tells whether time may heal it.</exception>
    public static Socket Bind(NetAddress address, SocketKind kind, Sock.Options options)
    {
        if (address.Host == "localhost")
            address = NetAddress.Ip(address.Scheme, IPAddress.Loopback, address.Port);
        var endPoint = Addresses.ToEndPoint(address) ?? throw new SocketException((int)SocketError.AddressNotAvailable);
        var socket = SocketFactory.Create(address.Family ?? Family.Inet, kind, 0, options);
        try
        {
            BindOpen(socket, address, endPoint, options);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static void BindOpen(Socket socket, NetAddress address, EndPoint endPoint, Sock.Options options)
    {
        if (StalePath.Clear(address) is var errno and not 0)
            throw new BindException(errno);
        socket.Bind(endPoint);
        if (options.UnixMode is { } mode && !OperatingSystem.IsWindows() && address.IsUnix && !address.IsAbstract)
            File.SetUnixFileMode(address.Host, (UnixFileMode)mode);
    }

    public static bool IsBindFailure(Exception e) =>
        e is SocketException or BindException or ArgumentException or IOException or UnauthorizedAccessException or NotSupportedException;

    public static string Describe(Exception e, NetAddress address)
    {
        var errno = SocketErrors.ErrnoOf(e);
        return $"{(errno == 0 ? e.Message : SocketErrors.TextOf(errno))}: {address}";
    }
}

/// <summary>Bind was refused before the kernel was asked.</summary>
internal sealed class BindException(int errno) : Exception(SocketErrors.TextOf(errno))
{
    public int Errno => errno;
}
