namespace Anode.Sockets;

/// <summary>What a listener wants of its clients.</summary>
public enum ClientCertificates
{
    /// <summary>They are not asked for a certificate.</summary>
    None,
    /// <summary>They are asked; one that is shown must be good.</summary>
    Optional,
    /// <summary>Without a good one nobody gets in.</summary>
    Required,
}

/// <summary>TLS of one endpoint, as configured: files and rules. All files are PEM; empty: none.</summary>
public sealed record TlsSettings
{
    public static readonly TlsSettings None = new();

    /// <summary>Our own certificate, and behind it those between it and its authority.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>Of <see cref="Certificate"/>; empty: in the same file.</summary>
    public string Key { get; init; } = "";

    /// <summary>Who may have signed the peer's certificate; empty: whom this system trusts.</summary>
    public string Authorities { get; init; } = "";

    /// <summary>For who listens.</summary>
    public ClientCertificates ClientCertificates { get; init; }

    /// <summary>For who dials: the name the peer's certificate must have.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>For who dials: whoever answers is taken for the peer.</summary>
    public bool Insecure { get; init; }
}
