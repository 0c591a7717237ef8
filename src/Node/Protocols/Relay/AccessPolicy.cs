using System.Security.Cryptography;
using System.Text;

namespace Anode.Protocols.Relay;

/// <summary>Who may connect: anyone when neither tokens nor users are declared. Comparisons take the same time whether they match or not.</summary>
internal sealed class AccessPolicy(IReadOnlyList<string> tokens, IReadOnlyList<(string User, string Password)> users)
{
    public static readonly AccessPolicy Open = new([], []);

    public bool IsOpen => tokens.Count == 0 && users.Count == 0;

    public bool Admits(string? token, string? user, string? password)
    {
        if (IsOpen)
            return true;
        var admitted = false;
        foreach (var known in tokens)
            admitted |= token is not null && Same(known, token);
        foreach (var known in users)
            admitted |= user is not null && password is not null && Same(known.User, user) & Same(known.Password, password);
        return admitted;
    }

    private static bool Same(string known, string given) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(known)), SHA256.HashData(Encoding.UTF8.GetBytes(given)));
}
