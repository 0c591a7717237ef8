using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Anode.Messages;

namespace Anode.Protocols.Nats;

/// <summary>What all NATS connections of a node say alike about it.</summary>
/// <param name="name">The node's.</param>
/// <param name="version">The program's.</param>
/// <param name="authRequired">CONNECT must bring credentials.</param>
/// <param name="maxPayload">Largest payload, in bytes.</param>
/// <param name="lameDuck">From the notice of a stop until connections are closed.</param>
/// <param name="doors">Every NATS listener of this node, and of those it knows, that serves now.</param>
internal sealed class NatsServer(
    string name, string version, bool authRequired, int maxPayload, TimeSpan lameDuck, Func<IReadOnlyList<NetAddress>> doors)
{
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>Made anew with each start, in the form servers have: 56 letters that begin with N.</summary>
    public string Id { get; } = "N" + RandomNumberGenerator.GetString(Base32, 55);

    public string Name => name;

    public string Version => version;

    public bool AuthRequired => authRequired;

    /// <summary>host:port of every NATS listener that serves now.</summary>
    public IReadOnlyList<string> Doors => [.. doors().Select(HostPort)];

    public TimeSpan LameDuck => lameDuck;

    /// <summary>The JSON of INFO for one connection.</summary>
    /// <remarks>A client that came by TLS is led to doors with TLS, and one in clear to those in clear: it would be at a loss at the other kind.</remarks>
    /// <param name="connection">Its number.</param>
    /// <param name="local">Where it knocked; with TLS, it is told to begin that now.</param>
    /// <param name="remote">Where it came from.</param>
    /// <param name="leaving">The node is.</param>
    /// <param name="wantsCertificate">It must show one.</param>
    /// <param name="epoch">Of a listener that moves between nodes: by which grant it is here.</param>
    public byte[] Info(long connection, NetAddress local, NetAddress remote, bool leaving, bool wantsCertificate, string? epoch)
    {
        var secure = local.Scheme == Scheme.Tls;
        var urls = doors().Where(door => door.Scheme == Scheme.Tls == secure).Select(HostPort).ToList();
        var own = local.IsUnix ? "" : HostPort(local);
        // One address only, the one it came by, is no news; while this node leaves, it is not offered at all.
        var others = urls.Where(url => url != own).ToList();
        if (!leaving && others.Count > 0 && own.Length > 0)
            others.Insert(0, own);
        return JsonSerializer.SerializeToUtf8Bytes(
            new InfoText(
                Id, name, version, 1, local.IsUnix ? "" : local.Host, local.IsUnix ? 0 : local.Port, true, authRequired ? true : null, secure ? true : null, secure && wantsCertificate ? true : null, maxPayload,
                connection, remote.IsUnix ? "" : remote.Host, others.Count > 0 ? others : null, leaving ? true : null, epoch),
            InfoJson.Default.InfoText);
    }

    /// <summary>As clients write an address.</summary>
    public static string HostPort(NetAddress address) =>
        string.Create(CultureInfo.InvariantCulture, $"{(address.Host.Contains(':') ? $"[{address.Host}]" : address.Host)}:{address.Port}");

    internal sealed record InfoText(
        string ServerId, string ServerName, string Version, int Proto, string Host, int Port, bool Headers, bool? AuthRequired, bool? TlsRequired, bool? TlsVerify, int MaxPayload,
        long ClientId, string ClientIp, IReadOnlyList<string>? ConnectUrls, bool? Ldm, string? AnodeEpoch);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NatsServer.InfoText))]
internal sealed partial class InfoJson : JsonSerializerContext;
