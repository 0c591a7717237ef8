using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Anode.Operations;

/// <summary>
/// Who may ask what. Reading is free for who can reach the port. Changing needs a JSON content type, which a browser does not send to a
/// foreign site without asking first, and, from another machine or when a token is set, that token.
/// </summary>
internal static class ApiAccess
{
    /// <summary>What of a request decides.</summary>
    /// <param name="From">The peer; null when it did not come by TCP.</param>
    /// <param name="To">Our own address that it reached.</param>
    /// <param name="Host">As the peer named us, without the port.</param>
    internal readonly record struct Request(IPAddress? From, IPAddress? To, string Host, string? ContentType, string? Authorization)
    {
        public static Request Of(HttpContext context) => new(
            context.Connection.RemoteIpAddress, context.Connection.LocalIpAddress, context.Request.Host.Host,
            context.Request.ContentType, context.Request.Headers.Authorization);
    }

    /// <returns>Null: go on.</returns>
    public static (int Status, string Error)? RefuseAny(Request request) =>
        // A page on the Internet whose name resolves to 127.0.0.1 would otherwise read, and change, what only this machine may.
        request.To is { } bound && IPAddress.IsLoopback(bound) && !IsLoopbackName(request.Host)
            ? (StatusCodes.Status403Forbidden, $"this API is for this machine: '{request.Host}' is not a name of it")
            : null;

    /// <param name="token">Empty: none is set.</param>
    /// <returns>Null: go on.</returns>
    public static (int Status, string Error)? RefuseChange(Request request, string token)
    {
        var local = request.From is not { } from || IPAddress.IsLoopback(from);
        if (token.Length == 0 && !local)
            return (StatusCodes.Status403Forbidden, "changes from another machine need node.http.token to be set");
        if (token.Length > 0 && !HasToken(request.Authorization, token))
            return (StatusCodes.Status401Unauthorized, "the header Authorization: Bearer TOKEN is missing or wrong");
        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType!.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            ? null
            : (StatusCodes.Status415UnsupportedMediaType, "changes need the header Content-Type: application/json");
    }

    /// <summary>No name at all is HTTP/1.0 by hand; no browser sends that.</summary>
    private static bool IsLoopbackName(string host) =>
        host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));

    private static bool HasToken(string? authorization, string token) =>
        AuthenticationHeaderValue.TryParse(authorization, out var given)
        && given.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Digest(given.Parameter ?? ""), Digest(token));

    /// <summary>Equally long whatever was sent: the comparison tells not even the token's length.</summary>
    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
