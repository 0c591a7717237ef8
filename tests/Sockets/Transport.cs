using Anode.Messages;

namespace Anode.Tests.Sockets;

/// <summary>Every carrier there is; the same tests run over each.</summary>
public enum Transport
{
    Tcp4,
    Tcp6,
    UnixPath,
    UnixAbstract,
    Udp4,
    Udp6,
    UnixGramPath,
    UnixGramAbstract,
}

internal static class Transports
{
    private static int _names;

    /// <summary>An address nobody has: port 0, or a name never used before.</summary>
    public static NetAddress Any(this Transport transport) => transport switch
    {
        Transport.Tcp4 => NetAddress.Parse("tcp://127.0.0.1:0"),
        Transport.Tcp6 => NetAddress.Parse("tcp://[::1]:0"),
        Transport.UnixPath => NetAddress.UnixPath(Scheme.Unix, NewPath()),
        Transport.UnixAbstract => NetAddress.UnixPath(Scheme.Unix, $"@{NewName()}"),
        Transport.Udp4 => NetAddress.Parse("udp://127.0.0.1:0"),
        Transport.Udp6 => NetAddress.Parse("udp://[::1]:0"),
        Transport.UnixGramPath => NetAddress.UnixPath(Scheme.UnixGram, NewPath()),
        _ => NetAddress.UnixPath(Scheme.UnixGram, $"@{NewName()}"),
    };

    public static string NewPath() => Path.Combine(Path.GetTempPath(), NewName() + ".sock");

    private static string NewName() => $"anode-{Environment.ProcessId}-{Interlocked.Increment(ref _names)}";
}
