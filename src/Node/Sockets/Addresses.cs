using System.Net;
using System.Net.Sockets;
using System.Text;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>Translates between <see cref="NetAddress"/> and the runtime's endpoints; pure.</summary>
internal static class Addresses
{
    /// <summary>
    /// An endpoint that can be bound or connected as it stands; null for a host name that must be resolved first, and for what
    /// <see cref="WhyNot"/> refuses.
    /// </summary>
    public static EndPoint? ToEndPoint(NetAddress address) =>
        Malformed(address) != 0 ? null
        : address.IsUnix ? new UnixDomainSocketEndPoint(address.IsAbstract ? "\0" + address.Host[1..] : address.Host)
        : IPAddress.TryParse(address.Host, out var ip) ? new IPEndPoint(ip, address.Port)
        : null;

    /// <summary>0 when a socket of this family and kind can use the address, else the errno that says why not.</summary>
    public static int WhyNot(NetAddress address, Family family, SocketKind kind, Sock.Options options) =>
        address.Kind != kind ? SocketErrors.EPROTOTYPE
        : address.Family is { } other && other != family && !(options.DualStack && (family, other) is (Family.Inet6, Family.Inet))
            ? SocketErrors.EAFNOSUPPORT
        : Malformed(address);

    /// <summary>Addresses of a host name; every failure, even of the argument, is the task's.</summary>
    public static async Task<IPAddress[]> ResolveAsync(string host) => await Dns.GetHostAddressesAsync(host).ConfigureAwait(false);

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

    /// <summary>Text that was never parsed (from the wire, or made by hand) may hold what no address can be.</summary>
    private static int Malformed(NetAddress address) =>
        !address.IsUnix ? (address.Port is < 0 or > 65535 ? SocketErrors.EINVAL : 0)
        : address.Host is "" or "@" ? SocketErrors.EDESTADDRREQ
        : address.Host.Contains('\0') ? SocketErrors.EINVAL
        : Encoding.UTF8.GetByteCount(address.Host) > NetAddress.MaxUnixPathBytes ? SocketErrors.ENAMETOOLONG
        : 0;

    /// <summary>The runtime prints an abstract name with a leading <c>@</c> and a path as it is.</summary>
    private static string PathOf(UnixDomainSocketEndPoint unix) => unix.ToString() ?? "";
}
