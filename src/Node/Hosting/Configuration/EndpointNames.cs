using System.Globalization;
using Anode.Messages;

namespace Anode.Hosting.Configuration;

/// <summary>Names for endpoints that were given none: readable, from their address, and unique.</summary>
internal static class EndpointNames
{
    private const int MaxStem = 48;

    public static NodeOptions Complete(NodeOptions options)
    {
        var taken = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in options.Listeners.Select(l => l.Name).Concat(options.Dialers.Select(d => d.Name)).Concat(options.Peers.Select(p => p.Name)))
            taken[name] = 1;
        return options with
        {
            Listeners = [.. options.Listeners.Select(l => l with { Name = NameOf(l.Name, "", l.Address, taken) })],
            Peers = [.. options.Peers.Select(p => p with { Name = NameOf(p.Name, "peer-", p.Address, taken) })],
            Dialers = [.. options.Dialers.Select(d => d with { Name = NameOf(d.Name, "dial-", d.Address, taken) })],
        };
    }

    /// <summary><c>tcp-7400</c>, <c>udp-7400</c>, <c>unix-anode-x</c> (the file's name without <c>.sock</c>); a second one gets <c>-2</c>.</summary>
    private static string NameOf(string given, string prefix, NetAddress address, Dictionary<string, int> taken)
    {
        if (given.Length > 0)
            return given;
        var scheme = address.Scheme.ToString().ToLowerInvariant();
        var place = address.IsUnix ? Fitting(address.Host) : address.Port.ToString(CultureInfo.InvariantCulture);
        var stem = $"{prefix}{scheme}-{place}";
        if (taken.TryAdd(stem, 1))
            return stem;
        // The count is kept, so that many alike are not numbered in square time; the loop is for names given like ours.
        string name;
        do
            name = string.Create(CultureInfo.InvariantCulture, $"{stem}-{++taken[stem]}");
        while (!taken.TryAdd(name, 1));
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
