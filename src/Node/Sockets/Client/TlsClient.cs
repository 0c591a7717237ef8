using System.Net.Security;
using System.Security.Authentication;

namespace Anode.Sockets.Client;

/// <summary>TLS for commands and tools: plain streams, no actors.</summary>
/// <param name="Settings">Its server name is the host of each address.</param>
public sealed record TlsClient(TlsSettings Settings)
{
    /// <summary>Whom this system trusts, and no certificate of our own.</summary>
    public static readonly TlsClient Default = new(TlsSettings.None);

    /// <summary>A stream above one that is connected; closing it closes that.</summary>
    /// <exception cref="IOException">It did not work; the message is the reason alone.</exception>
    public async Task<SslStream> SecureAsync(Stream stream, string host, CancellationToken cancellation)
    {
        var (terms, verdict) = Terms(host);
        var secure = new SslStream(stream);
        try
        {
            await secure.AuthenticateAsClientAsync(terms.ForClient(verdict), cancellation);
            return secure;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await secure.DisposeAsync();
            throw Refused(verdict, e);
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc cref="SecureAsync"/>
    /// <remarks>With blocking calls only.</remarks>
    public SslStream Secure(Stream stream, string host)
    {
        var (terms, verdict) = Terms(host);
        var secure = new SslStream(stream);
        try
        {
            secure.AuthenticateAsClient(terms.ForClient(verdict));
            return secure;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            secure.Dispose();
            throw Refused(verdict, e);
        }
    }

    private (TlsTerms Terms, TlsVerdict Verdict) Terms(string host)
    {
        try
        {
            var terms = TlsTerms.Load(Settings with { ServerName = host }, listens: false);
            return (terms, new TlsVerdict(terms));
        }
        catch (TlsFileException e)
        {
            throw new IOException($"TLS {e.Setting}: {e.Message}");
        }
    }

    private static IOException Refused(TlsVerdict verdict, Exception e) => new(verdict.Refusal ?? TlsErrors.TextOf(e));
}
