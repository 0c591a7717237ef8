using System.Net;
using System.Net.Sockets;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>Translates between <see cref="NetAddress"/> and the runtime's endpoints; pure.</summary>
internal static class Addresses
{
    /// <summary>An endpoint that can be bound or connected as it stands; null for a host name that must be resolved first.</summary>
    public static EndPoint? ToEndPoint(NetAddress address) =>
        address.IsUnix ? new UnixDomainSocketEndPoint(address.IsAbstract ? "\0" + address.Host[1..] : address.Host)
        : IPAddress.TryParse(address.Host, out var ip) ? new IPEndPoint(ip, address.Port)
        : null;

    public static NetAddress ToAddress(EndPoint? endPoint, Scheme scheme) => endPoint switch
    {
        // A dual-stack socket sees IPv4 peers as ::ffff:a.b.c.d; users know them as a.b.c.d.
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } v4 => NetAddress.Ip(scheme, v4.Address.MapToIPv4(), v4.Port),
        IPEndPoint ip => NetAddress.Ip(scheme, ip.Address, ip.Port),
        UnixDomainSocketEndPoint unix => NetAddress.UnixPath(scheme, PathOf(unix)),
        _ => NetAddress.UnixPath(scheme is Scheme.Udp or Scheme.UnixGram ? Scheme.UnixGram : Scheme.Unix, ""),
    };

    public static AddressFamily ToNative(Family family) => family switch
    {
        Family.Inet => AddressFamily.InterNetwork,
        Family.Inet6 => AddressFamily.InterNetworkV6,
        Family.Unix => AddressFamily.Unix,
        _ => (AddressFamily)(int)family,
    };

    public static Scheme SchemeOf(Family family, SocketKind kind) => (family, kind) switch
    {
        (Family.Unix, SocketKind.Stream) => Scheme.Unix,
        (Family.Unix, _) => Scheme.UnixGram,
        (_, SocketKind.Stream) => Scheme.Tcp,
        _ => Scheme.Udp,
    };

    /// <summary>The runtime prints an abstract name with a leading <c>@</c> and a path as it is.</summary>
    private static string PathOf(UnixDomainSocketEndPoint unix) => unix.ToString() ?? "";
}
