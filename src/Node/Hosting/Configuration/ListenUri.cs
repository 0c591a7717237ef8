using System.Diagnostics.CodeAnalysis;

namespace Anode.Hosting.Configuration;

/// <summary>
/// A listener or dialer in one line, as <c>--listen</c> takes it: an address and, as query items, the same keys a block has:
/// <c>tcp://127.0.0.1:7500?protocol=lines&amp;publish=plant.{connection}&amp;keep-alive.idle=30s</c>.
/// </summary>
internal static class ListenUri
{
    /// <summary>The block that says the same. Keys and values are checked later, with those of all other layers.</summary>
    public static bool TryParse(
        string text, Origin origin, [NotNullWhen(true)] out ConfigBlock? item, [NotNullWhen(false)] out ConfigError? error)
    {
        var question = text.IndexOf('?');
        var address = question < 0 ? text : text[..question];
        item = ConfigBlock.Empty(origin).With(["address"], new ConfigScalar(address, origin));
        error = null;
        var pairs = question < 0 ? [] : text[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries);
        foreach (var pair in pairs)
        {
            var equals = pair.IndexOf('=');
            var key = equals < 0 ? pair : pair[..equals];
            string[] path = key.Split('.');
            if (equals < 0)
                error = origin.Error(key, $"'{text}': '{pair}' has no value: write {pair}=…");
            else if (path.Length > HoconReader.MaxDepth || path.Contains(""))
                error = origin.Error(key, $"'{text}': '{key}' is not a key");
            else if (Taken(item, path) is { } taken)
                error = origin.Error(key, $"'{text}' says {taken} twice");
            else
                item = item.With(path, new ConfigScalar(Uri.UnescapeDataString(pair[(equals + 1)..]), origin));
            if (error is null)
                continue;
            item = null;
            return false;
        }

        return true;
    }

    /// <summary>The key that is there already, be it a part of this one: <c>keep-alive=off</c> and <c>keep-alive.idle=1s</c>.</summary>
    private static string? Taken(ConfigBlock item, string[] path)
    {
        var length = Enumerable.Range(1, path.Length).FirstOrDefault(n => item.Find(path.AsSpan(..n)) is ConfigScalar || n == path.Length);
        return item.Find(path.AsSpan(..length)) is null ? null : KeyPath.Join(path.AsSpan(..length));
    }
}
