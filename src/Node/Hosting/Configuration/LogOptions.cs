using Microsoft.Extensions.Logging;

namespace Anode.Hosting.Configuration;

internal enum LogFormat
{
    Text = 0,
    Json = 1,
}

/// <summary>What is logged, and how it looks.</summary>
internal sealed record LogOptions
{
    public required LogLevel Level { get; init; }
    public required LogFormat Format { get; init; }

    /// <summary>The same level by Akka's names, which has none below debug.</summary>
    public string AkkaLevel => Level switch
    {
        LogLevel.Trace or LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARNING",
        _ => "ERROR",
    };

    public static LogOptions Map(Fields<LogOptions> fields) => new()
    {
        Level = fields.Value("level", o => o.Level, Levels),
        Format = fields.Value("format", o => o.Format, Formats),
    };

    private static readonly ValueKind<LogLevel> Levels = ValueKinds.OneOf(
        ("trace", LogLevel.Trace), ("debug", LogLevel.Debug), ("info", LogLevel.Information), ("warning", LogLevel.Warning), ("error", LogLevel.Error));

    private static readonly ValueKind<LogFormat> Formats = ValueKinds.OneOf(("text", LogFormat.Text), ("json", LogFormat.Json));
}
