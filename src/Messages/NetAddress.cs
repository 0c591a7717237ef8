using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Anode.Messages;

/// <summary>What a <see cref="NetAddress"/> leads to: the part of its URI before <c>://</c>.</summary>
public enum Scheme
{
    Tcp = 0,
    Tls = 1,
    Udp = 2,
    Unix = 3,
    UnixGram = 4,
}

/// <summary>
/// An address as users write it: <c>tcp://HOST:PORT</c>, <c>tcp://[V6]:PORT</c>, <c>tls://…</c>, <c>udp://…</c>,
/// <c>unix:///path</c>, <c>unix:@abstract</c>, <c>unixgram:///path</c>. A value: two equal texts are one address.
/// </summary>
/// <remarks>An unnamed Unix peer (a client that never bound) has an empty path and prints as <c>unix:</c>.</remarks>
public sealed record NetAddress
{
    /// <summary>Longest Unix path or abstract name in bytes: <c>sun_path</c> is 108 with its terminator.</summary>
    public const int MaxUnixPathBytes = 107;

    private NetAddress(Scheme scheme, string host, int port)
    {
        Scheme = scheme;
        Host = host;
        Port = port;
    }

    /// <summary>The carrier.</summary>
    public Scheme Scheme { get; }

    /// <summary>Host name or IP literal without brackets; for Unix the path, or <c>@name</c> for an abstract one.</summary>
    public string Host { get; }

    /// <summary>0–65535; 0 when binding means «any free one»; always 0 for Unix.</summary>
    public int Port { get; }

    public bool IsUnix => Scheme is Scheme.Unix or Scheme.UnixGram;

    public bool IsAbstract => IsUnix && Host.StartsWith('@');

    public SocketKind Kind => Scheme is Scheme.Udp or Scheme.UnixGram ? SocketKind.Datagram : SocketKind.Stream;

    /// <summary>The family an IP literal or a path fixes; null for a host name, which only resolution can tell.</summary>
    public Family? Family =>
        IsUnix ? Messages.Family.Unix
        : !IPAddress.TryParse(Host, out var ip) ? null
        : ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? Messages.Family.Inet6 : Messages.Family.Inet;

    public static NetAddress Ip(Scheme scheme, IPAddress address, int port) => new(scheme, address.ToString(), port);

    public static NetAddress HostPort(Scheme scheme, string host, int port) => new(scheme, host, port);

    public static NetAddress UnixPath(Scheme scheme, string path) => new(scheme, path, 0);

    public NetAddress WithPort(int port) => new(Scheme, Host, port);

    /// <summary>Parses, or throws <see cref="FormatException"/> with a sentence fit for the user.</summary>
    public static NetAddress Parse(string text) =>
        TryParse(text, out var address, out var error) ? address : throw new FormatException(error);

    /// <summary>Parses without throwing; <paramref name="error"/> says what is wrong in one sentence.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out NetAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        text ??= "";
        var colon = text.IndexOf(':');
        Scheme? scheme = (colon < 0 ? "" : text[..colon]) switch
        {
            "tcp" => Messages.Scheme.Tcp,
            "tls" => Messages.Scheme.Tls,
            "udp" => Messages.Scheme.Udp,
            "unix" => Messages.Scheme.Unix,
            "unixgram" => Messages.Scheme.UnixGram,
            _ => null,
        };
        if (scheme is null)
        {
            error = $"'{text}' is not an address: it must start with tcp://, tls://, udp://, unix:// or unixgram://";
            return false;
        }

        var rest = text[(colon + 1)..];
        error = scheme is Messages.Scheme.Unix or Messages.Scheme.UnixGram
            ? ParsePath(text, scheme.Value, rest, out address)
            : ParseHostPort(text, scheme.Value, rest, out address);
        return error is null;
    }

    public override string ToString() => Scheme switch
    {
        Scheme.Unix or Scheme.UnixGram => Prefix + (Host is "" || IsAbstract ? ":" : "://") + Host,
        _ => $"{Prefix}://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port.ToString(CultureInfo.InvariantCulture)}",
    };

    private string Prefix => Scheme switch
    {
        Scheme.Tcp => "tcp",
        Scheme.Tls => "tls",
        Scheme.Udp => "udp",
        Scheme.Unix => "unix",
        _ => "unixgram",
    };

    private static string? ParsePath(string text, Scheme scheme, string rest, out NetAddress? address)
    {
        address = null;
        var path = rest.StartsWith("//", StringComparison.Ordinal) ? rest[2..] : rest;
        if (path.Length < 2 || (path[0] != '/' && path[0] != '@'))
            return $"'{text}' needs an absolute path (unix:///run/x.sock) or an abstract name (unix:@x)";
        if (path.Contains('\0'))
            return $"'{text}' has a zero byte in its path";
        if (System.Text.Encoding.UTF8.GetByteCount(path) > MaxUnixPathBytes)
            return $"'{text}' is longer than the {MaxUnixPathBytes} bytes a Unix address can have";
        address = new NetAddress(scheme, path, 0);
        return null;
    }

    private static string? ParseHostPort(string text, Scheme scheme, string rest, out NetAddress? address)
    {
        address = null;
        if (!rest.StartsWith("//", StringComparison.Ordinal))
            return $"'{text}' needs the form {text.Split(':')[0]}://HOST:PORT";
        rest = rest[2..].TrimEnd('/');
        var portColon = rest.LastIndexOf(':');
        var host = portColon < 0 ? rest : rest[..portColon];
        if (portColon < 0 || (host.StartsWith('[') != host.EndsWith(']')))
            return $"'{text}' has no port: write HOST:PORT (0 for any free port)";
        if (!int.TryParse(rest[(portColon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535)
            return $"'{text}' has a port that is not a number from 0 to 65535";
        if (host.StartsWith('['))
        {
            host = host[1..^1];
            if (!IPAddress.TryParse(host, out var v6) || v6.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
                return $"'{text}' has brackets around something that is not an IPv6 address";
            host = v6.ToString();
        }
        else if (host.Contains(':'))
        {
            return $"'{text}' has an IPv6 address without brackets: write [{host}]:{port}";
        }

        if (host is "*")
            host = "0.0.0.0";
        if (host.Length is 0 or > 255 || host.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '/' or '?' or '#' or '@'))
            return $"'{text}' has no valid host";
        address = new NetAddress(scheme, host, port);
        return null;
    }
}
