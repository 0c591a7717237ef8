using System.Globalization;
using System.Text.Json;

namespace Anode.Faults;

/// <summary>A fault cannot be as it was written.</summary>
/// <param name="message">One sentence that names the key.</param>
internal sealed class FaultException(string message) : Exception(message);

/// <summary>
/// The keys and values of one fault as somebody wrote them: as JSON, or as <c>KIND TARGET key=value …</c> in a command or a configuration. Reading takes
/// them out; <see cref="Finish"/> complains of what nobody asked for.
/// </summary>
internal sealed class FaultFields
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];

    public static FaultFields Of(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new FaultException("a fault is a JSON object: {\"kind\": \"latency\", \"target\": \"endpoint:NAME\", …}");
        var fields = new FaultFields();
        foreach (var property in json.EnumerateObject())
        {
            fields._values[property.Name] = property.Value.ValueKind switch
            {
                JsonValueKind.String => property.Value.GetString()!,
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => property.Value.GetRawText(),
                _ => throw new FaultException($"{property.Name} is a text or a number"),
            };
        }

        return fields;
    }

    public static FaultFields Of(string text) => Of(text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    public static FaultFields Of(IReadOnlyList<string> words)
    {
        if (words.Count < 2 || words[0].Contains('=') || words[1].Contains('='))
            throw new FaultException("a fault is KIND TARGET key=value …: latency endpoint:tcp-7400 latency=20ms");
        var fields = new FaultFields();
        (fields._values["kind"], fields._values["target"]) = (words[0], words[1]);
        foreach (var word in words.Skip(2))
        {
            var at = word.IndexOf('=');
            if (at <= 0)
                throw new FaultException($"'{word}' is not key=value");
            fields._values[word[..at]] = word[(at + 1)..];
        }

        return fields;
    }

    /// <summary>As JSON, for the API of another node.</summary>
    public string ToJson() => JsonSerializer.Serialize(_values);

    public string? Text(string key)
    {
        _known.Add(key);
        return _values.Remove(key, out var text) ? text : null;
    }

    public string Required(string key) => Text(key) ?? throw new FaultException($"{key} is missing");

    public T Choice<T>(string key, T otherwise)
        where T : struct, Enum
    {
        if (Text(key) is not { } text)
            return otherwise;
        foreach (var value in Enum.GetValues<T>())
        {
            if (value.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        throw new FaultException($"{key}: '{text}' is none of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");
    }

    public TimeSpan Duration(string key, TimeSpan otherwise)
    {
        if (Text(key) is not { } text)
            return otherwise;
        foreach (var (unit, ticks) in new[] { ("us", TimeSpan.TicksPerMicrosecond), ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond), ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour) })
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number * ticks < TimeSpan.FromDays(1).Ticks)
                return new TimeSpan((long)(number * ticks));
        }

        throw new FaultException($"{key}: '{text}' is not a duration of less than a day: write 20ms, 1.5s or 2m");
    }

    public long Bytes(string key, long? otherwise, long least = 0)
    {
        if (Text(key) is not { } text)
            return otherwise ?? throw new FaultException($"{key} is missing: a number of bytes like 16KiB");
        foreach (var (unit, factor) in new[] { ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("MB", 1_000_000), ("KB", 1_000), ("B", 1), ("", 1) })
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number <= long.MaxValue / factor && number * factor >= least)
                return number * factor;
        }

        throw new FaultException($"{key}: '{text}' is not a number of bytes of at least {least}: write 4096 or 16KiB");
    }

    public int Count(string key, int? otherwise, int least, int most)
    {
        if (Text(key) is not { } text)
            return otherwise ?? throw new FaultException($"{key} is missing: a number from {least} to {most}");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FaultException($"{key}: '{text}' is not a number from {least} to {most}");
    }

    public long? Number(string key) =>
        Text(key) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FaultException($"{key}: '{text}' is not a whole number");

    /// <summary>From 0 to 1; <c>10%</c> is taken as well.</summary>
    public double Probability(string key, double otherwise)
    {
        if (Text(key) is not { } text)
            return otherwise;
        var (digits, scale) = text.EndsWith('%') ? (text[..^1], 0.01) : (text, 1.0);
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
            && number * scale is >= 0 and <= 1
            ? number * scale
            : throw new FaultException($"{key}: '{text}' is not a probability from 0 to 1");
    }

    public void Finish(string kind)
    {
        if (_values.Keys.FirstOrDefault() is not { } key)
            return;
        var nearest = _known.MinBy(known => Distance(known, key));
        throw new FaultException($"{kind} has no '{key}': did you mean '{nearest}'?");
    }

    private static int Distance(string a, string b)
    {
        var common = a.Zip(b).TakeWhile(pair => pair.First == pair.Second).Count();
        return a.Length + b.Length - (2 * common);
    }
}
