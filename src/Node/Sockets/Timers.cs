using Akka.Actor;

namespace Anode.Sockets;

/// <summary>Starts the clock of an actor system before anybody on a pool thread needs it.</summary>
internal static class Timers
{
    /// <remarks>
    /// Akka's scheduler starts with the first timer, and whoever asks for one until then blocks while it waits for a pool thread to run it. On
    /// two cores the pool begins with two threads: the first two connections took both, everybody behind them waited too, and since
    /// the pool adds threads slowly on a busy machine, the whole node stood still for 8 to 20 s.
    /// </remarks>
    public static void Begin(ActorSystem system) => system.Scheduler.Advanced.ScheduleOnce(TimeSpan.Zero, static () => { });
}
