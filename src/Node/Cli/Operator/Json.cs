using System.Globalization;
using System.Text.Json;

namespace Anode.Cli.Operator;

/// <summary>Reads JSON of older and newer nodes: what is missing or of another type is empty.</summary>
internal static class Json
{
    public static JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            throw CommandFailure.Failed("what answers there is not a node: its answer is not JSON");
        }
    }

    /// <summary>The items of an array, also of one that stands in an object under <paramref name="name"/>.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray()
        : element.Find(name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray()
        : [];

    public static JsonElement? Find(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    public static string Text(this JsonElement element, string name) => element.Find(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { } other => other.GetRawText(),
        null => "",
    };

    public static string Bytes(this JsonElement element, string name) =>
        element.Find(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var bytes) ? Bytes(bytes) : "";

    /// <summary>Three digits or four, in binary units: 1023 B, 1.5 KiB, 98 MiB.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 1024 && unit < units.Length - 1; unit++)
            value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 || value >= 10 ? Math.Floor(value) : Math.Floor(value * 10) / 10)} {units[unit]}");
    }

    /// <summary>A time as local clock time, with the date when it was not today.</summary>
    public static string Time(this JsonElement element, string name, TimeProvider clock)
    {
        if (!DateTimeOffset.TryParse(element.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at))
            return "";
        var local = TimeZoneInfo.ConvertTime(at, clock.LocalTimeZone);
        var format = local.Date == clock.GetLocalNow().Date ? "HH:mm:ss" : "yyyy-MM-dd HH:mm:ss";
        return local.ToString(format, CultureInfo.InvariantCulture);
    }
}
