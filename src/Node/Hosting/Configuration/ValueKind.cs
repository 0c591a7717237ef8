using System.Globalization;

namespace Anode.Hosting.Configuration;

/// <summary>What a scalar must be: how to read it, how to write it back, and what is wrong with one that is not.</summary>
/// <param name="Parse">Text → value, or what is wrong, worded to follow <c>key = 'text'</c>.</param>
/// <param name="Format">Value → text that <paramref name="Parse"/> takes back.</param>
/// <param name="Harmless">Stands in for a refused value, so that one run finds all errors.</param>
internal sealed record ValueKind<T>(Func<string, Read<T>> Parse, Func<T, string> Format, T Harmless)
{
    /// <summary>Never shown, not even in an error about it.</summary>
    public bool Secret { get; init; }
}

/// <summary>A value, or the reason why there is none.</summary>
internal readonly record struct Read<T>(T? Value, string? Wrong)
{
    public static implicit operator Read<T>(T value) => new(value, null);
}

/// <summary>The kinds of value that are not particular to one option.</summary>
internal static class ValueKinds
{
    public static readonly ValueKind<string> Text = new(text => text, text => text, "");

    public static readonly ValueKind<string> Secret = Text with { Secret = true };

    public static readonly ValueKind<bool> Switch = new(
        text => text switch
        {
            "on" or "true" => true,
            "off" or "false" => false,
            _ => Wrong<bool>("is neither on nor off"),
        },
        value => value ? "on" : "off",
        false);

    public static ValueKind<TimeSpan> Duration(TimeSpan min, TimeSpan max) => new(
        text => !Units.TryParseDuration(text, out var value) ? Wrong<TimeSpan>("is not a duration: write 500ms, 10s, 2m")
            : value < min || value > max ? Wrong<TimeSpan>($"is out of range: from {Units.Format(min)} to {Units.Format(max)}")
            : value,
        Units.Format,
        min);

    public static ValueKind<long> Bytes(long min, long max) => new(
        text => !Units.TryParseBytes(text, out var value) ? Wrong<long>("is not a size: write 4096, 64KiB, 1MiB")
            : value < min || value > max ? Wrong<long>($"is out of range: from {Units.FormatBytes(min)} to {Units.FormatBytes(max)}")
            : value,
        Units.FormatBytes,
        max);

    public static ValueKind<int> Count(int min, int max) => new(
        text => !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? Wrong<int>("is not a whole number")
            : value < min || value > max ? Wrong<int>(string.Create(CultureInfo.InvariantCulture, $"is out of range: from {min} to {max}"))
            : (int)value,
        value => value.ToString(CultureInfo.InvariantCulture),
        max);

    public static ValueKind<T> OneOf<T>(params (string Name, T Value)[] choices) where T : struct => new(
        text => choices.Where(c => c.Name == text).Select(c => (T?)c.Value).FirstOrDefault() is { } value
            ? value
            : Wrong<T>($"is not one of {string.Join(", ", choices.Select(c => c.Name))}"),
        value => choices.First(c => c.Value.Equals(value)).Name,
        choices[0].Value);

    public static Read<T> Wrong<T>(string reason) => new(default, reason);
}
