using System.Net;
using System.Text;
using Anode.Messages;

namespace Anode.Hosting.Configuration;

/// <summary>Finding peers on the local network. Units and reasons: <c>hocon.conf</c>.</summary>
internal sealed record DiscoveryOptions
{
    private const int MinKeyBytes = 16;

    public required bool Enabled { get; init; }

    /// <summary>Empty: <see cref="KeyFile"/>.</summary>
    public required string Key { get; init; }

    /// <summary>Empty: <see cref="Key"/>.</summary>
    public required string KeyFile { get; init; }

    public required NetAddress Address { get; init; }

    public required ValueList<string> Interfaces { get; init; }

    public required TimeSpan Interval { get; init; }

    public required TimeSpan ForgetAfter { get; init; }

    public required TimeSpan Window { get; init; }

    public static DiscoveryOptions Map(Fields<DiscoveryOptions> fields)
    {
        var discovery = new DiscoveryOptions
        {
            Enabled = fields.Switch("enabled", o => o.Enabled),
            Key = fields.Value("key", o => o.Key, ValueKinds.Secret with { Parse = Long }),
            KeyFile = fields.Value("key-file", o => o.KeyFile, FileOfKey),
            Address = fields.Value("address", o => o.Address, GroupOrBroadcast),
            Interfaces = fields.List("interfaces", o => o.Interfaces, ValueKinds.Text),
            Interval = fields.Duration("interval", o => o.Interval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
            ForgetAfter = fields.Duration("forget-after", o => o.ForgetAfter, TimeSpan.FromMilliseconds(100), Bounds.Day),
            Window = fields.Duration("window", o => o.Window, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        };
        fields.Require(
            !discovery.Enabled || discovery.Key.Length + discovery.KeyFile.Length > 0, "key",
            "node.discovery needs a key that all nodes share: node.discovery.key, or key-file. Without one anybody on the network could have himself dialled");
        fields.Require(discovery.Key.Length == 0 || discovery.KeyFile.Length == 0, "key-file", "node.discovery has both key and key-file: give one");
        fields.Require(
            discovery.ForgetAfter > discovery.Interval, "forget-after",
            "node.discovery.forget-after must be longer than interval, or every node is forgotten between two of its beacons");
        return discovery;
    }

    public byte[] KeyBytes() => Key.Length > 0 ? Encoding.UTF8.GetBytes(Key) : ReadKey(KeyFile);

    /// <summary>The compiler's own would put the key into every log line that shows options.</summary>
    public override string ToString() => $"{nameof(DiscoveryOptions)} {{ {nameof(Enabled)} = {Enabled}, {nameof(Address)} = {Address} }}";

    private static Read<string> Long(string text) =>
        text.Length == 0 || Encoding.UTF8.GetByteCount(text) >= MinKeyBytes ? text : ValueKinds.Wrong<string>($"is too short: {MinKeyBytes} bytes are the least that cannot be guessed");

    private static readonly ValueKind<string> FileOfKey = ValueKinds.Text with
    {
        Parse = path =>
        {
            try
            {
                return path.Length == 0 ? path
                    : !Path.IsPathFullyQualified(path) ? ValueKinds.Wrong<string>("is not an absolute path")
                    : ReadKey(path).Length >= MinKeyBytes ? path
                    : ValueKinds.Wrong<string>($"holds a key that is too short: {MinKeyBytes} bytes are the least that cannot be guessed");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return ValueKinds.Wrong<string>($"cannot be read: {e.Message}");
            }
        },
    };

    private static readonly ValueKind<NetAddress> GroupOrBroadcast = new(
        text => NetAddress.TryParse(text, out var address, out _) && address is { Scheme: Scheme.Udp, Port: not 0 } && IsForMany(address.Host) ? address
            : ValueKinds.Wrong<NetAddress>("is no IPv4 multicast group or broadcast address with a port: write udp://239.255.74.11:7405, or udp://255.255.255.255:7405"),
        address => address.ToString(),
        NetAddress.HostPort(Scheme.Udp, "239.255.74.11", 7405));

    private static bool IsForMany(string host) =>
        IPAddress.TryParse(host, out var ip) && ip.GetAddressBytes() is { Length: 4 } bytes && (bytes[0] is >= 224 and <= 239 || ip.Equals(IPAddress.Broadcast));

    /// <remarks>Without the line end that editors leave.</remarks>
    private static byte[] ReadKey(string path) => Encoding.UTF8.GetBytes(File.ReadAllText(path).TrimEnd('\r', '\n'));
}
