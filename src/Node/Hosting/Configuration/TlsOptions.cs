using Anode.Sockets;

namespace Anode.Hosting.Configuration;

/// <summary>TLS of the whole node, and what an endpoint has that does not say otherwise. Units and reasons: <c>hocon.conf</c>.</summary>
internal sealed record TlsOptions
{
    public required TlsFileOptions Files { get; init; }
    public required ClientCertificates ClientCertificate { get; init; }

    /// <summary>From accept or connect to a finished handshake.</summary>
    public required TimeSpan Handshake { get; init; }

    /// <summary>Handshakes that peers may have under way at a time.</summary>
    public required int Handshakes { get; init; }

    public static readonly ValueKind<ClientCertificates> ClientCertificateKind = ValueKinds.OneOf(
        ("none", ClientCertificates.None), ("optional", ClientCertificates.Optional), ("required", ClientCertificates.Required));

    public static TlsOptions Map(Fields<TlsOptions> fields) => new()
    {
        Files = fields.Part(o => o.Files, TlsFileOptions.Map),
        ClientCertificate = fields.Value("client-certificate", o => o.ClientCertificate, ClientCertificateKind),
        Handshake = fields.Duration("handshake", o => o.Handshake, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
        Handshakes = fields.Count("handshakes", o => o.Handshakes, 1, 100_000),
    };
}

/// <summary>Files in PEM: who we are, and whom we trust. Empty: not said here.</summary>
internal sealed record TlsFileOptions
{
    public required string Certificate { get; init; }

    /// <summary>Empty: in the same file as the certificate.</summary>
    public required string Key { get; init; }

    public required string Authorities { get; init; }

    public static TlsFileOptions Map(Fields<TlsFileOptions> fields) => new()
    {
        Certificate = fields.Value("certificate", o => o.Certificate, ValueKinds.Text),
        Key = fields.Value("key", o => o.Key, ValueKinds.Text),
        Authorities = fields.Value("authorities", o => o.Authorities, ValueKinds.Text),
    };

    /// <summary>A certificate and its key belong together, so they are taken together.</summary>
    public TlsFileOptions Over(TlsFileOptions defaults) => new()
    {
        Certificate = Certificate.Length > 0 ? Certificate : defaults.Certificate,
        Key = Certificate.Length > 0 || Key.Length > 0 ? Key : defaults.Key,
        Authorities = Authorities.Length > 0 ? Authorities : defaults.Authorities,
    };
}

/// <summary>TLS of one listener, where it differs from the node's.</summary>
internal sealed record ListenerTlsOptions
{
    public required TlsFileOptions Files { get; init; }

    /// <summary>Null: the node's.</summary>
    public required ClientCertificates? ClientCertificate { get; init; }

    public static ListenerTlsOptions Map(Fields<ListenerTlsOptions> fields) => new()
    {
        Files = fields.Part(o => o.Files, TlsFileOptions.Map),
        ClientCertificate = fields.Value("client-certificate", o => o.ClientCertificate, OwnOrNot),
    };

    public TlsSettings Over(TlsOptions node)
    {
        var files = Files.Over(node.Files);
        return new TlsSettings
        {
            Certificate = files.Certificate,
            Key = files.Key,
            Authorities = files.Authorities,
            ClientCertificates = ClientCertificate ?? node.ClientCertificate,
        };
    }

    private static readonly ValueKind<ClientCertificates?> OwnOrNot = new(
        text => text.Length == 0 ? new Read<ClientCertificates?>(null, null)
            : TlsOptions.ClientCertificateKind.Parse(text) is { Wrong: { } wrong } ? ValueKinds.Wrong<ClientCertificates?>(wrong)
            : TlsOptions.ClientCertificateKind.Parse(text).Value,
        mode => mode is { } value ? TlsOptions.ClientCertificateKind.Format(value) : "",
        null);
}

/// <summary>TLS of one dialler or peer, where it differs from the node's.</summary>
internal sealed record DialTlsOptions
{
    public required TlsFileOptions Files { get; init; }

    /// <summary>Empty: the host of the address.</summary>
    public required string ServerName { get; init; }

    public required bool Insecure { get; init; }

    public static DialTlsOptions Map(Fields<DialTlsOptions> fields) => new()
    {
        Files = fields.Part(o => o.Files, TlsFileOptions.Map),
        ServerName = fields.Value("server-name", o => o.ServerName, ValueKinds.Text),
        Insecure = fields.Switch("insecure", o => o.Insecure),
    };

    public TlsSettings Over(TlsOptions node, string host)
    {
        var files = Files.Over(node.Files);
        return new TlsSettings
        {
            Certificate = files.Certificate,
            Key = files.Key,
            Authorities = files.Authorities,
            ServerName = ServerName.Length > 0 ? ServerName : host,
            Insecure = Insecure,
        };
    }
}
