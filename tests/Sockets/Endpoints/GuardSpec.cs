using Akka.Actor;
using Akka.TestKit;
using Anode.Messages;
using Anode.Sockets;
using Xunit;

namespace Anode.Tests.Sockets.Endpoints;

/// <summary>A guard with its echo protocol; at the end every connection it had must have ended exactly once.</summary>
public abstract class GuardSpec : SocketSpec
{
    private protected static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private protected static readonly EndpointGuard.GuardOptions Fast = new(
        new RestartOptions(10, TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
        new DialOptions(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30)));

    private int _guards;

    private protected GuardSpec(SocketSettings? settings = null)
        : base(settings)
    {
        Changes = CreateTestProbe("changes");
        Sys.EventStream.Subscribe(Changes, typeof(Endpoint.Changed));
    }

    private protected Lives Lives { get; } = new();

    private protected EndpointCounters Counters { get; } = new();

    /// <summary>Hears every <see cref="Endpoint.Changed"/>.</summary>
    private protected TestProbe Changes { get; }

    private protected EndpointSpec Spec(Transport transport, EndpointKind? kind = null) => Spec(transport.Any(), kind);

    private protected EndpointSpec Spec(NetAddress address, EndpointKind? kind = null) => new()
    {
        Name = "echo",
        Kind = kind ?? (address.Kind == SocketKind.Stream ? EndpointKind.Listener : EndpointKind.Datagram),
        Address = address,
        Protocol = "echo",
        Stream = () => new EchoProtocol(Lives),
        Datagram = new EchoDatagrams(Lives),
    };

    private protected IActorRef Guard(EndpointSpec spec, EndpointGuard.GuardOptions? options = null) =>
        Root(EndpointGuard.Props(spec, Sockets, options ?? Fast, Counters), $"{spec.ActorName}-{++_guards}");

    /// <summary>A guard that serves already.</summary>
    private protected (IActorRef Guard, NetAddress Local) Served(EndpointSpec spec, EndpointGuard.GuardOptions? options = null)
    {
        var guard = Guard(spec, options);
        return (guard, AwaitChange(Endpoint.State.Bound).Local!);
    }

    private protected Endpoint.Status AwaitChange(Endpoint.State state) => AwaitChange(status => status.State == state);

    /// <summary>The first change from here on that is as asked; those before it are passed over.</summary>
    private protected Endpoint.Status AwaitChange(Func<Endpoint.Status, bool> accepted)
    {
        while (true)
        {
            var status = Changes.ExpectMsg<Endpoint.Changed>(Soon).Status;
            if (accepted(status))
                return status;
        }
    }

    private protected Endpoint.Status StatusOf(IActorRef guard) => Command<Endpoint.Status>(guard, new Endpoint.GetStatus());

    private protected T Command<T>(IActorRef guard, Endpoint.ICommand command)
    {
        var asker = CreateTestProbe();
        guard.Tell(command, asker);
        return asker.ExpectMsg<T>(Soon);
    }

    /// <summary>Waits for it, if it is just being made anew.</summary>
    private protected IActorRef Child(IActorRef guard, string name)
    {
        IActorRef? child = null;
        Eventually(() => Assert.NotNull(child = ChildNow(guard, name)));
        return child!;
    }

    private protected IActorRef? ChildNow(IActorRef guard, string name)
    {
        var asker = CreateTestProbe();
        Sys.ActorSelection(guard.Path / name).Tell(new Identify(name), asker);
        return asker.ExpectMsg<ActorIdentity>(Soon).Subject;
    }

    /// <summary>Crashes an actor with an exception of its own, and waits for its end.</summary>
    private protected void Crash(IActorRef actor)
    {
        var witness = CreateTestProbe();
        witness.Watch(actor);
        actor.Tell(Kill.Instance);
        witness.ExpectTerminated(actor, Soon);
    }

    private protected static void AssertEchoes(PlainStream peer, string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        peer.Send(bytes);
        Assert.Equal(bytes, peer.Receive(bytes.Length));
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        Lives.AssertEachEndedOnce();
        Assert.Equal(0, Counters.Open);
    }
}
