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

    /// <summary>How Akka begins to say that, at whichever level.</summary>
    private const string Unreached = "AssociationError";

    private readonly ILoggerFactory _factory = Context.System.Settings.Setup.Get<LoggerFactorySetup>().Value.LoggerFactory;

    /// <inheritdoc />
    protected override void Log(LogEvent log, ActorPath path)
    {
        var at = log.LogSource.IndexOf("/user/", StringComparison.Ordinal);
        var category = at >= 0 ? log.LogSource[(at + "/user/".Length)..].TrimEnd(']') : AkkaCategory;
        // A peer that cannot be reached is no bug: Akka tells of it with the frames in which it noticed, in the text and beside it; and whoever had
        // ended before he was told has them in the text of his dead letter.
        var isReport = LevelOf(log) < LogLevel.Error || (at < 0 && Text(log, null).StartsWith(Unreached, StringComparison.Ordinal));
        _factory.CreateLogger(category).Log(LevelOf(log), 0, log, isReport && at < 0 ? null : log.Cause, isReport ? Sentence : Text);
    }

    private static string Text(LogEvent entry, Exception? cause) => entry.Message?.ToString() ?? "";

    private static string Sentence(LogEvent entry, Exception? cause)
    {
        var text = Text(entry, cause);
        var frames = text.IndexOf("   at ", StringComparison.Ordinal);
        return frames < 0 ? text : text[..frames].TrimEnd(' ', '[');
    }

    private static LogLevel LevelOf(LogEvent log) => log.LogLevel() switch
    {
        Akka.Event.LogLevel.DebugLevel => LogLevel.Debug,
        Akka.Event.LogLevel.InfoLevel => LogLevel.Information,
        Akka.Event.LogLevel.WarningLevel => LogLevel.Warning,
        _ => LogLevel.Error,
    };
}
