using System.Globalization;
using System.Text.Json;
using Anode.Experiments.Plans;
using Anode.Experiments.Scenarios;

namespace Anode.Experiments.Running;

/// <summary>A planned fault as a node is asked for it over HTTP, and what the node says of it.</summary>
internal static class NodeFault
{
    /// <param name="fault">As planned.</param>
    /// <param name="id">By which it is renewed and ended.</param>
    /// <param name="lease">From its beginning.</param>
    /// <param name="delay">Until then.</param>
    public static string WishOf(PlannedFault fault, string id, TimeSpan lease, TimeSpan delay)
    {
        var wish = new SortedDictionary<string, object>(StringComparer.Ordinal)
        {
            ["id"] = id,
            ["kind"] = fault.Kind,
            ["target"] = fault.Target,
            ["seed"] = (long)(fault.Seed >> 12),
            ["for"] = Hosting.Configuration.Units.Format(lease),
            ["in"] = string.Create(CultureInfo.InvariantCulture, $"{delay.Ticks / 10}us"),
        };
        foreach (var (key, value) in fault.Parameters)
            wish[key] = ValueOf(key, value);
        return JsonSerializer.Serialize(wish);
    }

    /// <summary>A fault that nothing ran into has no evidence, whatever it says of itself.</summary>
    public static string EvidenceOf(HttpAnswer answer)
    {
        if (answer.Json is not { ValueKind: JsonValueKind.Object } json)
            return "";
        var hits = json.TryGetProperty("hits", out var h) && h.ValueKind == JsonValueKind.Number ? h.GetInt64() : 0;
        var text = json.TryGetProperty("evidence", out var evidence) ? evidence.ToString() : "";
        return hits == 0 && text.Length == 0 ? "" : text.Length > 0 ? $"{text} ({hits} hits)" : $"{hits} hits";
    }

    private static object ValueOf(string key, string value)
    {
        if (key == "probability" && ScenarioBlock.TryShare(value, out var share))
            return share;
        return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : value;
    }
}
