using Akka.Hosting;
using Anode.Sockets.Serialization;

namespace Anode.Sockets;

/// <summary>Adds sockets to an actor system: <c>AddAkka("app", b => b.WithSockets())</c>.</summary>
public static class SocketsHosting
{
    /// <summary>
    /// Starts the sockets actor at <c>/user/sockets</c>, registered as <see cref="SocketsActor"/>: send it <see cref="Messages.Sock.Open"/>.
    /// Commands and events can be sent to and from other nodes, too.
    /// </summary>
    public static AkkaConfigurationBuilder WithSockets(this AkkaConfigurationBuilder builder, SocketSettings? settings = null) =>
        builder
            .AddHocon(SockSerializer.Config, HoconAddMode.Prepend)
            .AddHocon(LeanMailbox.Declaration, HoconAddMode.Prepend)
            .WithActors((system, registry) =>
            {
                Timers.Begin(system);
                var context = new SocketContext(settings ?? new SocketSettings());
                system.ActorOf(ReaperActor.Props(), "reaper");
                registry.Register<SocketsActor>(system.ActorOf(SocketsActor.Props(context), "sockets"));
            });
}
