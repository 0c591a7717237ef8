using System.Globalization;
using Anode.Cli.Rendering;
using Anode.Hosting.Configuration;

namespace Anode.Cli;

/// <summary>Values as they are written on a command line; pure.</summary>
internal static class Values
{
    public const string Count = "a whole number from 1 up";
    public const string Duration = "a duration: write 5, 0.5, 500ms or 2m";
    public const string Rate = "a rate: write 100 or 100/s";
    public const string Size = "a size: write 128, 16KiB or 1MB";
    public const string Format = "text, json or raw";

    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(1);

    public static bool TryCount(string text, out long count) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;

    /// <summary>A bare number is seconds.</summary>
    public static bool TryDuration(string text, out TimeSpan duration)
    {
        if (!Units.TryParseDuration(text, out duration))
        {
            if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
                || !(seconds <= LongestDuration.TotalSeconds)) // false for NaN, too
                return false;
            duration = TimeSpan.FromSeconds(seconds);
        }

        return duration > TimeSpan.Zero && duration <= LongestDuration;
    }

    /// <summary>Messages per second.</summary>
    public static bool TryRate(string text, out double rate) =>
        double.TryParse(
            text.EndsWith("/s", StringComparison.Ordinal) ? text[..^2] : text,
            NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out rate)
        && rate is >= 0.001 and <= 1e9;

    /// <summary>At most what a node can be configured to take.</summary>
    public static bool TrySize(string text, out int size)
    {
        var valid = Units.TryParseBytes(text, out var bytes) && bytes <= Input.MaxBytes;
        size = valid ? (int)bytes : 0;
        return valid;
    }

    public static bool TryFormat(string text, out MessageFormat format)
    {
        (var valid, format) = text switch
        {
            "text" => (true, MessageFormat.Text),
            "json" => (true, MessageFormat.Json),
            "raw" => (true, MessageFormat.Raw),
            _ => (false, default),
        };
        return valid;
    }

    public static bool TryHeader(string text, out KeyValuePair<string, string> header)
    {
        var equals = text.IndexOf('=');
        header = equals > 0 ? new(text[..equals], text[(equals + 1)..]) : default;
        return equals > 0;
    }
}
