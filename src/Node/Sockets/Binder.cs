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
        var family = address.Family ?? Family.Inet;
        var socket = SocketFactory.Create(family, kind, 0, options);
        try
        {
            BindOpen(socket, address, family, kind, options);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <remarks>The address is judged before the path is cleared: nobody's path is removed for a bind that cannot succeed.</remarks>
    public static void BindOpen(Socket socket, NetAddress address, Family family, SocketKind kind, Sock.Options options)
    {
        if (Addresses.WhyNot(address, family, kind, options) is var mismatch and not 0)
            throw new BindException(mismatch);
        var endPoint = Addresses.ToEndPoint(address) ?? throw new BindException(SocketErrors.EADDRNOTAVAIL);
        if (StalePath.Clear(address) is var occupied and not 0)
            throw new BindException(occupied);
        try
        {
            socket.Bind(endPoint);
        }
        catch (SocketException e) when (SocketErrors.ErrnoOf(e, address) is var errno && errno != SocketErrors.ErrnoOf(e))
        {
            throw new BindException(errno);
        }

        if (options.Group is not null && kind == SocketKind.Datagram && family == Family.Inet)
            Cards.Join(socket, IPAddress.TryParse(options.Group, out var group) ? group : throw new BindException(SocketErrors.EINVAL));
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
