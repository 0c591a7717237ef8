using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Anode.Sockets;

/// <summary>Judges the certificate of one peer, and remembers in a sentence why it was refused.</summary>
internal sealed class TlsVerdict(TlsTerms terms)
{
    /// <summary>Null: it was not.</summary>
    public string? Refusal { get; private set; }

    public bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None || terms.Insecure)
            return true;
        if (certificate is null && terms.Listens && !terms.NeedsClientCertificate)
            return true;
        Refusal = WhyNot(certificate, chain, errors);
        return false;
    }

    private string WhyNot(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
            return terms.Listens ? "the peer shows no certificate, and this listener wants one" : "the peer shows no certificate";
        var whose = $"the peer's certificate ({certificate.Subject})";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) && chain is not null)
        {
            var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
            if (status.HasFlag(X509ChainStatusFlags.UntrustedRoot) || status.HasFlag(X509ChainStatusFlags.PartialChain))
                return $"{whose} was signed by nobody who is trusted here ({certificate.Issuer})";
            if (status.HasFlag(X509ChainStatusFlags.NotTimeValid))
                return Dates(whose, certificate);
            return $"{whose} is no good: {string.Join(", ", chain.ChainStatus.Select(one => one.StatusInformation.Trim()))}";
        }

        return $"{whose} is not for {terms.ServerName}";
    }

    private static string Dates(string whose, X509Certificate certificate)
    {
        using var dated = new X509Certificate2(certificate);
        return dated.NotAfter < DateTime.Now ? $"{whose} expired on {Utc(dated.NotAfter)}"
            : dated.NotBefore > DateTime.Now ? $"{whose} is not valid before {Utc(dated.NotBefore)}"
            : $"{whose} has one above it that is out of date";
    }

    private static string Utc(DateTime local) => local.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
