using Akka.Actor;
using Akka.Event;

namespace Anode.Sockets;

/// <summary>How owners of sockets learn that their sockets are ready.</summary>
public enum DriverKind
{
    /// <summary>What is best here: <see cref="Epoll"/> on Linux, otherwise <see cref="Managed"/>.</summary>
    Auto,
    /// <summary>From the runtime's own engine and thread pool; everywhere.</summary>
    Managed,
    /// <summary>From threads that wait for sockets and run their owners; Linux.</summary>
    Epoll,
}

/// <summary>Where the owner of a socket runs; null: where actors run anyway.</summary>
internal readonly record struct Place(string? Dispatcher)
{
    public Props Of(Props props) => Dispatcher is null ? props : props.WithDispatcher(Dispatcher);
}

/// <summary>
/// Gives every owner of a socket its place. With <see cref="DriverKind.Epoll"/> places are loops, made with the first owner and ended
/// with the actor system; an owner stays on its loop for life, and so does all that its socket has to say.
/// </summary>
internal sealed class SocketDriver(SocketSettings settings)
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);
    private static int _sets;

    private readonly Lock _gate = new();
    private string[]? _places;
    private uint _last;
    private uint _lastConnection;

    public DriverKind Kind { get; } = settings.Driver switch
    {
        DriverKind.Auto => OperatingSystem.IsLinux() ? DriverKind.Epoll : DriverKind.Managed,
        DriverKind.Epoll when !OperatingSystem.IsLinux() => throw new PlatformNotSupportedException("the epoll driver is for Linux; choose managed or auto"),
        var kind => kind,
    };

    /// <summary>Each in turn.</summary>
    public Place Next(ActorSystem system) => At(Interlocked.Increment(ref _last), system);

    /// <summary>
    /// Two by two: those that come one after the other often speak to each other, and on one loop neither has to wake another thread for it
    /// (docs/adr/0005).
    /// </summary>
    public Place NextConnection(ActorSystem system) => At((Interlocked.Increment(ref _lastConnection) - 1) / 2, system);

    private Place At(uint turn, ActorSystem system)
    {
        if (Kind == DriverKind.Managed)
            return default;
        var places = _places ?? Begin(system);
        return new Place(places[turn % places.Length]);
    }

    private string[] Begin(ActorSystem system)
    {
        lock (_gate)
        {
            if (_places is not null)
                return _places;
            var count = settings.Loops > 0 ? settings.Loops : Environment.ProcessorCount;
            var set = Interlocked.Increment(ref _sets);
            var log = Logging.GetLogger(system, this);
            var places = Enumerable.Range(0, count).Select(i => $"anode-loops-{set}.loop-{i}").ToArray();
            foreach (var (i, place) in places.Index())
            {
                var loop = new LoopThread($"anode loop {i}", settings.Spin, e => log.Error(e, "a mailbox failed on its loop"));
                system.RegisterOnTermination(() => loop.Stop(StopPatience));
                system.Dispatchers.RegisterConfigurator(place, new LoopDispatcher.Entry(place, loop, system.Dispatchers.Prerequisites));
            }

            return _places = places;
        }
    }
}
