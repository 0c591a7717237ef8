using System.Globalization;

namespace Anode.Hosting.Configuration;

/// <summary>Durations and sizes as the configuration writes them: a whole number and a unit, nothing between.</summary>
/// <remarks>Stricter than HOCON, which takes a bare number for milliseconds here and for bytes there, <c>m</c> and <c>M</c> for different things.</remarks>
internal static class Units
{
    private static readonly (string Name, long Ticks)[] DurationUnits =
    [
        ("h", TimeSpan.TicksPerHour),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
    ];

    private static readonly (string Name, long Bytes)[] ByteUnits =
    [
        ("GiB", 1L << 30),
        ("MiB", 1L << 20),
        ("KiB", 1L << 10),
        ("MB", 1_000_000),
        ("KB", 1_000),
        ("B", 1),
    ];

    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        var unit = DurationUnits.FirstOrDefault(u => text.EndsWith(u.Name, StringComparison.Ordinal));
        var valid = TryMultiply(text, unit.Name, unit.Ticks, out var ticks);
        duration = new TimeSpan(ticks);
        return valid;
    }

    public static bool TryParseBytes(string text, out long bytes)
    {
        var unit = ByteUnits.FirstOrDefault(u => text.EndsWith(u.Name, StringComparison.Ordinal), ("", 1));
        return TryMultiply(text, unit.Name, unit.Bytes, out bytes);
    }

    public static string Format(TimeSpan duration) =>
        duration.Ticks switch
        {
            0 => "0s",
            var t when t % TimeSpan.TicksPerHour == 0 => Invariant(t / TimeSpan.TicksPerHour, "h"),
            var t when t % TimeSpan.TicksPerMinute == 0 => Invariant(t / TimeSpan.TicksPerMinute, "m"),
            var t when t % TimeSpan.TicksPerSecond == 0 => Invariant(t / TimeSpan.TicksPerSecond, "s"),
            var t => Invariant(t / TimeSpan.TicksPerMillisecond, "ms"),
        };

    public static string FormatBytes(long bytes) =>
        bytes == 0 ? "0"
        : bytes % (1L << 30) == 0 ? Invariant(bytes >> 30, "GiB")
        : bytes % (1L << 20) == 0 ? Invariant(bytes >> 20, "MiB")
        : bytes % (1L << 10) == 0 ? Invariant(bytes >> 10, "KiB")
        : Invariant(bytes, "");

    private static bool TryMultiply(string text, string? unit, long factor, out long product)
    {
        product = 0;
        if (unit is null
            || !long.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number > long.MaxValue / factor)
            return false;
        product = number * factor;
        return true;
    }

    private static string Invariant(long number, string unit) => number.ToString(CultureInfo.InvariantCulture) + unit;
}
