using Akka.Actor;
using Akka.Event;
using Akka.Hosting.Logging;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Anode.Hosting;

/// <summary>Akka's log as the node's own: the actor as category, the sentence, and nothing said twice.</summary>
internal sealed class NodeLogger : LoggerFactoryLogger
{
    /// <summary>Whatever is said by Akka's own actors.</summary>
    public const string AkkaCategory = "akka";

    private readonly ILoggerFactory _factory = Context.System.Settings.Setup.Get<LoggerFactorySetup>().Value.LoggerFactory;

    /// <inheritdoc />
    protected override void Log(LogEvent log, ActorPath path)
    {
        var at = log.LogSource.IndexOf("/user/", StringComparison.Ordinal);
        var category = at >= 0 ? log.LogSource[(at + "/user/".Length)..].TrimEnd(']') : AkkaCategory;
        _factory.CreateLogger(category).Log(LevelOf(log), 0, log, log.Cause, static (entry, _) => entry.Message?.ToString() ?? "");
    }

    private static LogLevel LevelOf(LogEvent log) => log.LogLevel() switch
    {
        Akka.Event.LogLevel.DebugLevel => LogLevel.Debug,
        Akka.Event.LogLevel.InfoLevel => LogLevel.Information,
        Akka.Event.LogLevel.WarningLevel => LogLevel.Warning,
        _ => LogLevel.Error,
    };
}
