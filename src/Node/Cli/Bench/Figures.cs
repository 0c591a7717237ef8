using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Anode.Cli.Bench;

/// <summary>Numbers and reports as text.</summary>
internal static class Figures
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>With thousands set apart: 1,234,567.</summary>
    public static string Count(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Plain(double value, int digits) => value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture) + " s";

    public static string Json<T>(T report) => JsonSerializer.Serialize(report, Options);
}
