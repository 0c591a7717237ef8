using System.Globalization;

namespace Anode.Operations.Monitoring;

/// <summary>Time spans as these tools show them: <c>4s</c>, <c>2m4s</c>, <c>3d0h2m4s</c>, whole seconds.</summary>
internal static class Spans
{
    private const int DaysOfYear = 365;

    public static string Text(TimeSpan span)
    {
        var (years, days) = Math.DivRem(span.Days, DaysOfYear);
        (int Count, char Unit)[] parts = [(years, 'y'), (days, 'd'), (span.Hours, 'h'), (span.Minutes, 'm'), (span.Seconds, 's')];
        return string.Concat(parts.SkipWhile(part => part.Count == 0 && part.Unit != 's').Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Count}{part.Unit}")));
    }
}
