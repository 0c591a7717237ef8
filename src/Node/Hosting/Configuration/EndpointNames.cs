using System.Globalization;
using Anode.Messages;

namespace Anode.Hosting.Configuration;

/// <summary>Names for endpoints that were given none: readable, from their address, and unique.</summary>
internal static class EndpointNames
{
    private const int MaxStem = 48;

    public static NodeOptions Complete(NodeOptions options)
    {
        var taken = options.Listeners.Select(l => l.Name).Concat(options.Dialers.Select(d => d.Name)).ToHashSet(StringComparer.Ordinal);
        return options with
        {
            Listeners = [.. options.Listeners.Select(l => l with { Name = NameOf(l.Name, "", l.Address, taken) })],
            Dialers = [.. options.Dialers.Select(d => d with { Name = NameOf(d.Name, "dial-", d.Address, taken) })],
        };
    }

    /// <summary><c>tcp-7400</c>, <c>udp-7400</c>, <c>unix-anode-x</c> (the file's name without <c>.sock</c>); a second one gets <c>-2</c>.</summary>
    private static string NameOf(string given, string prefix, NetAddress address, HashSet<string> taken)
    {
        if (given.Length > 0)
            return given;
        var scheme = address.Scheme.ToString().ToLowerInvariant();
        var place = address.IsUnix ? Fitting(address.Host) : address.Port.ToString(CultureInfo.InvariantCulture);
        var stem = $"{prefix}{scheme}-{place}";
        var name = stem;
        for (var i = 2; !taken.Add(name); i++)
            name = string.Create(CultureInfo.InvariantCulture, $"{stem}-{i}");
        return name;
    }

    private static string Fitting(string path)
    {
        var file = path[(path.LastIndexOf('/') + 1)..].TrimStart('@');
        if (file.EndsWith(".sock", StringComparison.Ordinal))
            file = file[..^".sock".Length];
        file = string.Concat(file.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'));
        return file.Length == 0 ? "socket" : file[..Math.Min(file.Length, MaxStem)];
    }
}
