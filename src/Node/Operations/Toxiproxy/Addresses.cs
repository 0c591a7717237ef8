using System.Globalization;
using System.Net;
using Anode.Messages;

namespace Anode.Operations.Toxiproxy;

/// <summary>Where a proxy listens, as toxiproxy writes it: <c>127.0.0.1:8080</c>, <c>[::]:8080</c>; <c>:8080</c> and nothing at all mean all of this machine's addresses.</summary>
internal readonly record struct ListenAddress(IPAddress Ip, int Port)
{
    public bool IsForAll => Ip.Equals(IPAddress.IPv6Any);

    public string Text => new IPEndPoint(Ip, Port).ToString();

    public static ListenAddress Of(string text)
    {
        var (host, port) = HostAndPort.Split(text.Length == 0 ? ":0" : text) ?? throw new ToxiproxyError(500, $"listen tcp {text}: not HOST:PORT");
        return host.ToLowerInvariant() switch
        {
            "" => new ListenAddress(IPAddress.IPv6Any, port),
            "localhost" => new ListenAddress(IPAddress.Loopback, port),
            _ when IPAddress.TryParse(host, out var ip) => new ListenAddress(ip, port),
            _ => throw new ToxiproxyError(500, $"listen tcp {text}: an address of this machine is wanted, not a name"),
        };
    }

    public ListenAddress At(int port) => this with { Port = port };

    public NetAddress ToNet() => NetAddress.Ip(Scheme.Tcp, Ip, Port);
}

/// <summary>Where a proxy passes on to. The name is resolved for each connection.</summary>
internal static class UpstreamAddress
{
    public static NetAddress Of(string text)
    {
        var (host, port) = HostAndPort.Split(text) is { Port: > 0 } found ? found : throw ToxiproxyError.BadBody($"upstream '{text}' is not HOST:PORT");
        // A form of its own for IPv6, so it goes through the parser.
        return NetAddress.TryParse($"tcp://{(host.Contains(':') ? $"[{host}]" : host.Length == 0 ? "localhost" : host)}:{port}", out var address, out var why)
            ? address
            : throw ToxiproxyError.BadBody($"upstream '{text}' {why}");
    }
}

internal static class HostAndPort
{
    public static (string Host, int Port)? Split(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return null;
        var host = text[..colon];
        if (host is ['[', .. var inner, ']'])
            host = inner;
        else if (host.Contains(':'))
            return null;
        return (host, port);
    }
}
