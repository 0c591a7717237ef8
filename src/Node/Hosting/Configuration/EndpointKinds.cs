using System.Buffers;
using Anode.Messages;

namespace Anode.Hosting.Configuration;

/// <summary>The kinds of value that endpoints have: names, addresses, protocols, subjects, file modes.</summary>
internal static class EndpointKinds
{
    private const int MaxNameLength = 64;
    private const int MaxSubjectBytes = 255;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    public static readonly ValueKind<EndpointProtocol> Protocol = ValueKinds.OneOf(
        ("native", EndpointProtocol.Native), ("nats", EndpointProtocol.Nats), ("lines", EndpointProtocol.Lines),
        ("link", EndpointProtocol.Link), ("proxy", EndpointProtocol.Proxy));

    public static readonly ValueKind<PlacementKind> Placement =
        ValueKinds.OneOf(("local", PlacementKind.Local), ("cluster", PlacementKind.Cluster));

    public static readonly ValueKind<SlowConsumerPolicy> SlowConsumer =
        ValueKinds.OneOf(("close", SlowConsumerPolicy.Close), ("drop", SlowConsumerPolicy.Drop));

    /// <summary>Part of an actor's name, of URLs and of metrics labels; empty: made from the address.</summary>
    public static readonly ValueKind<string> Name = ValueKinds.Text with
    {
        Parse = text => text.Length <= MaxNameLength && !text.AsSpan().ContainsAnyExcept(NameCharacters)
            ? text
            : ValueKinds.Wrong<string>($"is not a name: write 1 to {MaxNameLength} letters, digits, '-', '_' or '.'"),
    };

    /// <summary>An item of a list of names: as <see cref="Name"/>, and not empty.</summary>
    public static readonly ValueKind<string> Word = Name with
    {
        Parse = text => text.Length == 0 ? ValueKinds.Wrong<string>("is empty") : Name.Parse(text),
    };

    /// <summary>Octal, as <c>chmod</c> takes it; empty leaves what the process's umask gives.</summary>
    public static readonly ValueKind<UnixFileMode?> UnixMode = new(
        text => text.Length == 0 ? new Read<UnixFileMode?>(null, null)
            : text.Length is 3 or 4 && text.All(c => c is >= '0' and <= '7') && Convert.ToInt32(text, 8) <= 0x1ff
                ? (UnixFileMode)Convert.ToInt32(text, 8)
                : ValueKinds.Wrong<UnixFileMode?>("is not a file mode: write three octal digits like 660, or \"\" to leave it to umask"),
        mode => mode is { } value ? Convert.ToString((int)value, 8).PadLeft(3, '0') : "",
        null);

    /// <summary>Where lines are published; <c>{endpoint}</c>, <c>{connection}</c> and <c>{address}</c> are filled in per connection.</summary>
    public static readonly ValueKind<string> PublishSubject = ValueKinds.Text with
    {
        Parse = text => SubjectError(text, wildcards: false) is { } wrong ? ValueKinds.Wrong<string>(wrong) : text,
    };

    public static readonly ValueKind<string> SubscribeFilter = ValueKinds.Text with
    {
        Parse = text => SubjectError(text, wildcards: true) is { } wrong ? ValueKinds.Wrong<string>(wrong) : text,
    };

    /// <summary>An address with <c>{runtime-dir}</c> and <c>{name}</c> filled in.</summary>
    public static ValueKind<NetAddress> Address(string runtimeDir, string nodeName, bool anyPort) => new(
        text => ParseAddress(text.Replace("{runtime-dir}", Path.TrimEndingDirectorySeparator(runtimeDir)).Replace("{name}", nodeName), anyPort),
        address => address.ToString(),
        NetAddress.HostPort(Scheme.Tcp, "127.0.0.1", 0));

    /// <summary>Where a proxy dials: a stream's address with <c>{runtime-dir}</c> and <c>{name}</c> filled in; empty: nowhere.</summary>
    public static ValueKind<NetAddress?> Target(ValueKind<NetAddress> dialled) => new(
        text => text.Length == 0 ? new Read<NetAddress?>(null, null)
            : dialled.Parse(text) is { Wrong: { } wrong } ? ValueKinds.Wrong<NetAddress?>(wrong)
            : dialled.Parse(text).Value is not { Kind: SocketKind.Stream } address ? ValueKinds.Wrong<NetAddress?>("is for datagrams: connections are passed on to tcp:// or unix:// only")
            : address.Scheme == Scheme.Tls ? ValueKinds.Wrong<NetAddress?>("is for TLS: bytes are passed on as they are, to tcp:// or unix://")
            : address,
        address => address?.ToString() ?? "",
        null);

    private static Read<NetAddress> ParseAddress(string text, bool anyPort)
    {
        if (text.Length == 0)
            return ValueKinds.Wrong<NetAddress>("is empty");
        if (text.Contains('{') || text.Contains('}'))
            return ValueKinds.Wrong<NetAddress>("has an unknown {…}: known are {runtime-dir} and {name}");
        if (text.Contains('?'))
            return ValueKinds.Wrong<NetAddress>("has a query: here each item is a key of its own, as in protocol = lines");
        if (!NetAddress.TryParse(text, out var address, out var error))
            return ValueKinds.Wrong<NetAddress>($"is no address: {error}");
        return !anyPort && !address.IsUnix && address.Port == 0 ? ValueKinds.Wrong<NetAddress>("has port 0, and nothing can be dialled there")
            : address;
    }

    private static string? SubjectError(string text, bool wildcards)
    {
        if (text.Length == 0)
            return null;
        var plain = text;
        if (!wildcards)
        {
            plain = text.Replace("{endpoint}", "e").Replace("{connection}", "c").Replace("{address}", "a");
            if (plain.Contains('{') || plain.Contains('}'))
                return "has an unknown {…}: known are {endpoint}, {connection} and {address}";
        }

        var tokens = plain.Split('.');
        return System.Text.Encoding.UTF8.GetByteCount(text) > MaxSubjectBytes ? $"is longer than the {MaxSubjectBytes} bytes a subject can have"
            : tokens.Any(token => token.Length == 0 || token.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
                ? "is not a subject: write words joined by dots, like plant.line1.temp"
            : !wildcards && (tokens.Any(token => token is "*" or ">") || tokens[0] == "_inbox" || tokens[0].StartsWith('$'))
                ? "cannot be published to: '*', '>', '_inbox.' and '$' are the node's"
            : wildcards && tokens.AsSpan(..^1).Contains(">") ? "has '>' before its end: it stands for one or more words at the end"
            : null;
    }
}
