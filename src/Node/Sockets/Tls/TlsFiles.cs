using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Anode.Sockets;

/// <summary>Reads PEM files; whatever is wrong with one is said in a sentence.</summary>
internal static class TlsFiles
{
    public const string CertificateSetting = "certificate", KeySetting = "key", AuthoritiesSetting = "authorities";

    /// <summary>The certificate with its key, and behind it the rest of its file.</summary>
    /// <exception cref="TlsFileException">One of the two files is no use.</exception>
    public static (X509Certificate2 Own, X509Certificate2Collection Between) Identity(string certificate, string key)
    {
        var all = Certificates(CertificateSetting, certificate);
        var keyFile = key.Length > 0 ? key : certificate;
        var pem = Text(KeySetting, keyFile);
        try
        {
            using var bare = all[0];
            var own = WithKey(bare, pem);
            all.RemoveAt(0);
            return (own, all);
        }
        catch (UnusableKeyException)
        {
            throw new TlsFileException(KeySetting, $"'{keyFile}' holds no key in PEM, or an encrypted one");
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new TlsFileException(KeySetting, $"'{keyFile}' holds no key that belongs to the certificate in '{certificate}'");
        }
    }

    /// <exception cref="TlsFileException">The file cannot be read, or holds no certificate.</exception>
    public static X509Certificate2Collection Certificates(string setting, string file)
    {
        var pem = Text(setting, file);
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            all.Clear();
        }

        return all.Count > 0 ? all : throw new TlsFileException(setting, $"'{file}' holds no certificate in PEM");
    }

    private static X509Certificate2 WithKey(X509Certificate2 certificate, string pem) => certificate.GetKeyAlgorithm() switch
    {
        "1.2.840.113549.1.1.1" or "1.2.840.113549.1.1.10" => WithKey(RSA.Create(), pem, certificate.CopyWithPrivateKey),
        "1.2.840.10045.2.1" => WithKey(ECDsa.Create(), pem, certificate.CopyWithPrivateKey),
        var other => throw new TlsFileException(CertificateSetting, $"the certificate's key is of a kind ({other}) that is not spoken here: RSA and ECDSA are"),
    };

    private static X509Certificate2 WithKey<TKey>(TKey key, string pem, Func<TKey, X509Certificate2> join)
        where TKey : AsymmetricAlgorithm
    {
        using (key)
        {
            try
            {
                key.ImportFromPem(pem);
            }
            catch (Exception e) when (e is ArgumentException or CryptographicException)
            {
                throw new UnusableKeyException();
            }

            return join(key);
        }
    }

    private static string Text(string setting, string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TlsFileException(setting, $"'{file}' is not there");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new TlsFileException(setting, $"'{file}' cannot be read: {e.Message}");
        }
    }

    private sealed class UnusableKeyException : Exception;
}
