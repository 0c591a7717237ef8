using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Akka.Hosting.Logging;
using Akka.Remote;
using Anode.Hosting;
using Anode.Tests.Support;
using Microsoft.Extensions.Logging;
using Xunit;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Anode.Tests.Operations;

/// <summary>What Akka tells of peers is a sentence to the user, whoever of it tells it; what is a bug keeps its frames.</summary>
public sealed class NodeLoggerTests : IDisposable
{
    private readonly Lines _lines = new();
    private readonly LoggerFactory _factory = new();
    private readonly ActorSystem _system;

    public NodeLoggerTests()
    {
        _factory.AddProvider(_lines);
        var config = ConfigurationFactory.ParseString($"""akka {"{"} loglevel = INFO, stdout-loglevel = OFF, loggers = ["{typeof(NodeLogger).AssemblyQualifiedName}"] {"}"}""");
        _system = ActorSystem.Create("log", ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config), new LoggerFactorySetup(_factory)));
    }

    public void Dispose()
    {
        Assert.True(_system.Terminate().Wait(TimeSpan.FromSeconds(10)));
        _factory.Dispose();
    }

    [Theory]
    [InlineData(Akka.Event.LogLevel.WarningLevel)]
    [InlineData(Akka.Event.LogLevel.ErrorLevel)]
    public void Peer_that_cannot_be_reached_is_told_without_frames(Akka.Event.LogLevel level)
    {
        Logging.GetLogger(_system, "remoting").Log(level, Unreached(level).ToString());
        AssertSentence("akka");
    }

    [Fact]
    public void Who_ended_before_he_was_told_of_a_peer_has_no_frames_in_his_dead_letter()
    {
        var gone = _system.ActorOf(Props.Empty, "gone");
        _system.Stop(gone);
        Eventually.Holds(
            () =>
            {
                gone.Tell(Unreached(Akka.Event.LogLevel.ErrorLevel));
                return !_lines.Told.IsEmpty;
            },
            () => "nothing was told");
        AssertSentence("gone");
    }

    [Fact]
    public void Bug_of_an_actor_is_told_with_its_frames()
    {
        Logging.GetLogger(_system, "x").Error(Thrown(), "broken");
        Eventually.Holds(() => !_lines.Told.IsEmpty, () => "nothing was told");
        Assert.Contains("   at ", _lines.Told.Single().Cause!.ToString());
    }

    private static AssociationErrorEvent Unreached(Akka.Event.LogLevel level) =>
        new(Thrown(), Address.Parse("akka.tcp://a@127.0.0.1:1"), Address.Parse("akka.tcp://b@127.0.0.1:2"), inbound: false, level);

    private static Exception Thrown()
    {
        try
        {
            throw new InvalidOperationException("refused");
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }

    private void AssertSentence(string category)
    {
        Eventually.Holds(() => !_lines.Told.IsEmpty, () => "nothing was told");
        Assert.All(_lines.Told, line =>
        {
            Assert.Equal(category, line.Category);
            Assert.Contains("Error [refused]", line.Text);
            Assert.DoesNotContain("   at ", line.Text);
            Assert.Null(line.Cause);
        });
    }

    private sealed class Lines : ILoggerProvider
    {
        public ConcurrentQueue<(string Category, LogLevel Level, string Text, Exception? Cause)> Told { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

        public void Dispose()
        {
        }

        private sealed class Logger(Lines lines, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                lines.Told.Enqueue((category, logLevel, formatter(state, exception), exception));
        }
    }
}
