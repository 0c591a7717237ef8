using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Anode.Tests.Support;

/// <summary>An authority of a test's own, with a folder for the files it signs; both are gone when disposed.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset Begin = DateTimeOffset.UtcNow.AddDays(-30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("anode-tls-");
    private readonly X509Certificate2 _own;
    private int _serial;

    public TestAuthority(string name = "Test Authority")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _own = request.CreateSelfSigned(Begin, DateTimeOffset.UtcNow.AddDays(30));
        File = Write("authority.pem", _own.ExportCertificatePem());
    }

    /// <summary>PEM file of the authority's own certificate.</summary>
    public string File { get; }

    public X509Certificate2 Own => _own;

    /// <summary>PEM file of a certificate, with its key behind it.</summary>
    /// <param name="name">Its common name, and a DNS name.</param>
    /// <param name="endsAt">Null: not during this test.</param>
    /// <param name="rsa">With a key of RSA instead of ECDSA.</param>
    /// <param name="addresses">It is for these as well; none: for 127.0.0.1.</param>
    public string Sign(string name, DateTimeOffset? endsAt = null, bool rsa = false, params IPAddress[] addresses)
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var otherKey = RSA.Create(2048);
        var request = rsa
            ? new CertificateRequest($"CN={name}", otherKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest($"CN={name}", ecdsa, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        foreach (var address in addresses.DefaultIfEmpty(IPAddress.Loopback))
            names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        var serial = BitConverter.GetBytes(Interlocked.Increment(ref _serial));
        using var signed = request.Create(_own.SubjectName, X509SignatureGenerator.CreateForECDsa(_own.GetECDsaPrivateKey()!), Begin.AddDays(1), endsAt ?? DateTimeOffset.UtcNow.AddDays(20), serial);
        var key = rsa ? otherKey.ExportPkcs8PrivateKeyPem() : ecdsa.ExportPkcs8PrivateKeyPem();
        return Write($"{name}-{_serial}.pem", $"{signed.ExportCertificatePem()}\n{key}\n");
    }

    public string SignExpired(string name) => Sign(name, DateTimeOffset.UtcNow.AddDays(-1));

    public string Write(string name, string text)
    {
        var file = Path.Combine(_folder.FullName, name);
        System.IO.File.WriteAllText(file, text);
        return file;
    }

    public void Dispose()
    {
        _own.Dispose();
        _folder.Delete(recursive: true);
    }
}
