using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Anode.Sockets;

/// <summary>How one connection is encrypted, and who the peer has proved to be.</summary>
/// <param name="Version">As in <c>TLSv1.3</c>.</param>
/// <param name="Cipher">Its suite's registered name.</param>
/// <param name="Peer">Subject of the peer's certificate; null: it showed none.</param>
/// <param name="PeerNames">The names that certificate is for.</param>
internal sealed record TlsInfo(string Version, string Cipher, string? Peer, IReadOnlyList<string> PeerNames)
{
    public static TlsInfo Of(SslStream stream)
    {
        var version = stream.SslProtocol switch
        {
            SslProtocols.Tls13 => "TLSv1.3",
            SslProtocols.Tls12 => "TLSv1.2",
            var other => other.ToString(),
        };
        if (stream.RemoteCertificate is not { } peer)
            return new TlsInfo(version, stream.NegotiatedCipherSuite.ToString(), null, []);
        using var certificate = new X509Certificate2(peer);
        return new TlsInfo(version, stream.NegotiatedCipherSuite.ToString(), certificate.Subject, NamesOf(certificate));
    }

    /// <summary>The subject's common name, and all DNS names beside it.</summary>
    private static List<string> NamesOf(X509Certificate2 certificate)
    {
        var names = new List<string>();
        if (certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) is { Length: > 0 } simple)
            names.Add(simple);
        foreach (var extension in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
            names.AddRange(extension.EnumerateDnsNames());
        return names;
    }
}
