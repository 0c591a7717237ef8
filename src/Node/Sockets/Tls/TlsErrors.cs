using System.Security.Authentication;

namespace Anode.Sockets;

/// <summary>What a library's complaint means, as a sentence; pure.</summary>
internal static class TlsErrors
{
    public const string NotTls = "the peer does not speak TLS";

    private const string Alert = " alert ";
    private const string Refused = "the peer refused: ";

    /// <param name="e">Of a handshake, or of reading or writing after one.</param>
    public static string TextOf(Exception e)
    {
        var message = InnermostOf(e).Message;
        // error:0A000418:SSL routines::tlsv1 alert unknown ca
        var alert = message.LastIndexOf(Alert, StringComparison.Ordinal);
        if (alert >= 0)
            return Refused + message[(alert + Alert.Length)..].Trim();
        var colons = message.LastIndexOf("::", StringComparison.Ordinal);
        return colons >= 0 ? $"TLS failed: {message[(colons + 2)..].Trim()}"
            : message.Contains("frame", StringComparison.Ordinal) && e is AuthenticationException ? NotTls
            : e is AuthenticationException ? $"TLS failed: {message}"
            : message;
    }

    /// <summary>Of a text that <see cref="TextOf"/> made.</summary>
    public static bool IsRefusal(string text) => text.StartsWith(Refused, StringComparison.Ordinal);

    private static Exception InnermostOf(Exception e) => e.InnerException is { } inner ? InnermostOf(inner) : e;
}
