using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Configuration;

/// <summary>Files for TLS that are no use are mistakes of the configuration, said by their key.</summary>
public sealed class TlsFilesTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly string _good;

    public TlsFilesTests() => _good = _authority.Sign("lab");

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("/nowhere/x.pem", "", "certificate: '/nowhere/x.pem' is not there")]
    [InlineData("/", "", "certificate: '/' cannot be read")]
    [InlineData("EMPTY", "", "certificate: 'EMPTY' holds no certificate in PEM")]
    [InlineData("BARE", "", "key: 'BARE' holds no key in PEM")]
    [InlineData("GOOD", "/nowhere/k.pem", "key: '/nowhere/k.pem' is not there")]
    [InlineData("GOOD", "EMPTY", "key: 'EMPTY' holds no key in PEM")]
    [InlineData("GOOD", "OTHER", "key: 'OTHER' holds no key that belongs to the certificate in 'GOOD'")]
    [InlineData("GOOD", "ENCRYPTED", "key: 'ENCRYPTED' holds no key in PEM, or an encrypted one")]
    public void Wrong_file_is_refused_by_its_key(string certificate, string key, string because)
    {
        string[] names = ["EMPTY", "BARE", "GOOD", "OTHER", "ENCRYPTED"];
        var error = Configs.Error($$"""
            node {
              security.tls { certificate = "{{Path(certificate)}}", key = "{{Path(key)}}" }
              listeners = [ { address = "tls://127.0.0.1:0" } ]
            }
            """);
        Assert.Contains("node.security.tls." + names.Aggregate(because, (text, name) => text.Replace($"'{name}'", $"'{Path(name)}'")), error);
    }

    [Fact]
    public void Authorities_that_hold_none_are_refused_for_a_listener_a_dialer_and_a_peer()
    {
        var empty = _authority.Write("empty.pem", "");
        foreach (var list in (string[])["listeners", "dialers", "peers"])
        {
            var error = Configs.Error($$"""
                node {
                  security.tls.certificate = "{{_good}}"
                  listeners = []
                  {{list}} = [ { address = "tls://127.0.0.1:7", tls.authorities = "{{empty}}" } ]
                }
                """);
            Assert.Contains($"tls.authorities of one of node.{list}: '{empty}' holds no certificate in PEM", error);
        }
    }

    [Fact]
    public void Files_of_nobody_are_not_looked_at() =>
        Assert.Equal("/nowhere/x.pem", Configs.Options("node.security.tls.certificate = \"/nowhere/x.pem\"").Security.Tls.Files.Certificate);

    [Fact]
    public void Own_certificate_of_a_listener_comes_with_its_own_key()
    {
        var options = Configs.Options($$"""
            node {
              security.tls { certificate = "/nowhere/x.pem", key = "/nowhere/k.pem", client-certificate = required }
              listener-defaults.tls.authorities = "{{_authority.File}}"
              listeners = [ { address = "tls://127.0.0.1:0", tls.certificate = "{{_good}}" }, { address = "tcp://127.0.0.1:0" } ]
            }
            """);
        var tls = options.Listeners[0].Tls.Over(options.Security.Tls);
        Assert.Equal((_good, "", _authority.File, Anode.Sockets.ClientCertificates.Required), (tls.Certificate, tls.Key, tls.Authorities, tls.ClientCertificates));
    }

    [Fact]
    public void Port_is_one_whether_in_clear_or_not() => Assert.Contains(
        "both bind tcp://127.0.0.1:7",
        Configs.Error($$"""node.security.tls.certificate = "{{_good}}", node.listeners = [ { address = "tls://127.0.0.1:7" }, { address = "tcp://127.0.0.1:7" } ]"""));

    private string Path(string name) => name switch
    {
        "GOOD" => _good,
        "EMPTY" => _authority.Write("EMPTY", ""),
        "BARE" => _authority.Write("BARE", _authority.Own.ExportCertificatePem()),
        "OTHER" => _authority.Write("OTHER", File.ReadAllText(_authority.Sign("other"))),
        "ENCRYPTED" => _authority.Write("ENCRYPTED", Encrypted()),
        _ => name,
    };

    private static string Encrypted()
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        return key.ExportEncryptedPkcs8PrivateKeyPem("secret", new(System.Security.Cryptography.PbeEncryptionAlgorithm.Aes128Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 1000));
    }
}
