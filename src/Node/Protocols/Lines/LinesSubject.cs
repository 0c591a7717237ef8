using System.Text;
using Anode.Messages;

namespace Anode.Protocols.Lines;

/// <summary>
/// The subject of a lines endpoint: <c>{endpoint}</c>, <c>{connection}</c> and <c>{address}</c> are filled in, each as one token: what a token may
/// not contain (dots above all) becomes a dash, so 127.0.0.1:5000 is 127-0-0-1-5000.
/// </summary>
internal static class LinesSubject
{
    public static string Fill(string template, string endpoint, long connection, NetAddress remote) =>
        template
            .Replace("{endpoint}", Token(endpoint), StringComparison.Ordinal)
            .Replace("{connection}", connection.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{address}", Token(remote.IsUnix ? remote.Host : $"{remote.Host}:{remote.Port}"), StringComparison.Ordinal);

    private static string Token(string text)
    {
        if (text.Length == 0)
            return "unnamed";
        var token = new StringBuilder(text.Length);
        foreach (var c in text)
            token.Append(char.IsAsciiLetterOrDigit(c) || c is '_' ? c : '-');
        return token.ToString();
    }
}
