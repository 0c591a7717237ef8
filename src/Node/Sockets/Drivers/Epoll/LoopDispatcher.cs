using Akka.Configuration;
using Akka.Dispatch;

namespace Anode.Sockets;

/// <summary>Runs the actors placed on it on one <see cref="LoopThread"/>.</summary>
internal sealed class LoopDispatcher : MessageDispatcher
{
    // As the default dispatcher's in hocon.conf: relaying was measured to gain up to here.
    private const int MessagesPerTurn = 100;

    private readonly LoopThread _loop;

    private LoopDispatcher(MessageDispatcherConfigurator configurator, string id, LoopThread loop)
        : base(configurator)
    {
        (Id, _loop, Throughput) = (id, loop, MessagesPerTurn);
        ShutdownTimeout = TimeSpan.FromSeconds(1);
    }

    protected override void ExecuteTask(IRunnable run) => _loop.Execute(run);

    /// <summary>Nobody lives here at the moment. The loop stays for who comes next, and ends with the actor system.</summary>
    protected override void Shutdown()
    {
    }

    /// <summary>What Akka asks for when an actor names its dispatcher.</summary>
    internal sealed class Entry : MessageDispatcherConfigurator
    {
        private readonly LoopDispatcher _dispatcher;

        public Entry(string id, LoopThread loop, IDispatcherPrerequisites prerequisites)
            : base(ConfigurationFactory.ParseString($"id = \"{id}\""), prerequisites) =>
            _dispatcher = new LoopDispatcher(this, id, loop);

        public override MessageDispatcher Dispatcher() => _dispatcher;
    }
}
