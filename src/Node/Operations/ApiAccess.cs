using System.Net;
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
    private const string Bearer = "Bearer ";

    /// <returns>Null: go on.</returns>
    public static (int Status, string Error)? Refuse(HttpContext context, NodeView view)
    {
        var local = context.Connection.RemoteIpAddress is not { } remote || IPAddress.IsLoopback(remote);

        // A page on the Internet whose name resolves to 127.0.0.1 would otherwise read what only this machine may.
        if (context.Connection.LocalIpAddress is { } bound && IPAddress.IsLoopback(bound) && !IsLoopbackName(context.Request.Host.Host))
            return (StatusCodes.Status403Forbidden, $"this API is for this machine: '{context.Request.Host.Host}' is not a name of it");
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
            return null;
        if (view.Token.Length == 0 && !local)
            return (StatusCodes.Status403Forbidden, "changes from another machine need node.http.token to be set");
        if (view.Token.Length > 0 && !HasToken(context.Request, view.Token))
            return (StatusCodes.Status401Unauthorized, "the header Authorization: Bearer TOKEN is missing or wrong");
        return context.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true
            ? null
            : (StatusCodes.Status415UnsupportedMediaType, "changes need the header Content-Type: application/json");
    }

    private static bool IsLoopbackName(string host) =>
        host is "localhost" or "" || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));

    private static bool HasToken(HttpRequest request, string token)
    {
        var given = request.Headers.Authorization.ToString();
        return given.StartsWith(Bearer, StringComparison.Ordinal) && CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(given[Bearer.Length..])), SHA256.HashData(Encoding.UTF8.GetBytes(token)));
    }
}
