using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Anode.Sockets;

/// <summary>TLS of one endpoint, its files read: what every handshake of it takes. A value; a changed file makes a new one.</summary>
internal sealed class TlsTerms
{
    private readonly TlsSettings _settings;
    private readonly SslStreamCertificateContext? _own;
    private readonly X509ChainPolicy _chain;

    private TlsTerms(TlsSettings settings, bool listens)
    {
        (_settings, Listens) = (settings, listens);
        if (settings.Certificate.Length > 0)
        {
            var (own, between) = TlsFiles.Identity(settings.Certificate, settings.Key);
            // Once for all connections, and offline: no handshake fetches anything.
            _own = SslStreamCertificateContext.Create(own, between, offline: true);
            (NotBefore, NotAfter) = (own.NotBefore, own.NotAfter);
        }

        _chain = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (settings.Authorities.Length == 0)
            return;
        _chain.TrustMode = X509ChainTrustMode.CustomRootTrust;
        _chain.CustomTrustStore.AddRange(TlsFiles.Certificates(TlsFiles.AuthoritiesSetting, settings.Authorities));
    }

    public bool Listens { get; }

    public bool WantsClientCertificate => Listens && _settings.ClientCertificates != ClientCertificates.None;

    public bool NeedsClientCertificate => Listens && _settings.ClientCertificates == ClientCertificates.Required;

    public bool Insecure => !Listens && _settings.Insecure;

    /// <summary>For who dials: the name that must stand in the peer's certificate.</summary>
    public string ServerName => _settings.ServerName;

    /// <summary>Of our own certificate, in local time.</summary>
    public DateTime? NotBefore { get; }

    public DateTime? NotAfter { get; }

    /// <summary>What is wrong with our own certificate's dates now; null: nothing.</summary>
    public string? WhyOutdated =>
        NotAfter < DateTime.Now ? $"the certificate in '{_settings.Certificate}' expired on {NotAfter.Value.ToUniversalTime():yyyy-MM-dd HH:mm} UTC: peers will refuse it"
        : NotBefore > DateTime.Now ? $"the certificate in '{_settings.Certificate}' is not valid before {NotBefore.Value.ToUniversalTime():yyyy-MM-dd HH:mm} UTC: peers will refuse it"
        : null;

    /// <summary>Reads the files.</summary>
    /// <param name="settings">A listener needs a certificate.</param>
    /// <param name="listens">False: it dials.</param>
    /// <exception cref="TlsFileException">One of them is no use.</exception>
    public static TlsTerms Load(TlsSettings settings, bool listens)
    {
        if (listens && settings.Certificate.Length == 0)
            throw new TlsFileException(TlsFiles.CertificateSetting, "a listener of tls:// needs a certificate");
        return new TlsTerms(settings, listens);
    }

    public SslServerAuthenticationOptions ForServer(TlsVerdict verdict) => new()
    {
        ServerCertificateContext = _own,
        ClientCertificateRequired = WantsClientCertificate,
        CertificateChainPolicy = _chain,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
        RemoteCertificateValidationCallback = WantsClientCertificate ? verdict.Check : null,
    };

    public SslClientAuthenticationOptions ForClient(TlsVerdict verdict) => new()
    {
        TargetHost = ServerName,
        ClientCertificateContext = _own,
        CertificateChainPolicy = _chain,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
        RemoteCertificateValidationCallback = verdict.Check,
    };
}
