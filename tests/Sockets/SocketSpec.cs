using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Sockets;

/// <summary>Counting the process's descriptors wants no other test beside it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SocketCollection
{
    public const string Name = "sockets";
}

/// <summary>
/// A test with real sockets. Whatever it did, at its end every slab is back, the table is empty, no descriptor is left, nothing was
/// lost in dead letters or left unhandled, and nobody was told twice of one socket's end.
/// </summary>
[Collection(SocketCollection.Name)]
public abstract class SocketSpec : TestKit
{
    private static readonly Config Quiet = ConfigurationFactory.ParseString(
        "akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off, actor.debug.unhandled = off, test.single-expect-default = 15s }")
        .WithFallback(LeanMailbox.Declaration);

    private readonly int _descriptors = Descriptors();
    private readonly TestProbe _lost;
    private readonly List<IActorRef> _roots = [];
    private readonly List<IDisposable> _plain = [];

    private protected SocketSpec(SocketSettings? settings = null)
        : base(Quiet)
    {
        settings ??= new SocketSettings();
        Sockets = new SocketContext(settings.Driver == DriverKind.Auto ? settings with { Driver = TestDriver.Kind } : settings);
        Sys.ActorOf(ReaperActor.Props(), "reaper");
        _lost = CreateTestProbe("lost");
        Sys.EventStream.Subscribe(_lost, typeof(DeadLetter));
        Sys.EventStream.Subscribe(_lost, typeof(UnhandledMessage));
    }

    private protected SocketContext Sockets { get; }

    /// <summary>The sockets actor, made when first asked for.</summary>
    private protected IActorRef Api => field ??= Root(SocketsActor.Props(Sockets), "sockets");

    /// <summary>Something this test owns and wants closed before the books are checked.</summary>
    private protected T Plain<T>(T resource)
        where T : IDisposable
    {
        _plain.Add(resource);
        return resource;
    }

    private protected IActorRef Root(Props props, string? name = null)
    {
        var actor = Sys.ActorOf(props, name);
        _roots.Add(actor);
        return actor;
    }

    /// <summary>Opens a socket for a new owner.</summary>
    private protected Handle Open(Family family, SocketKind kind, Sock.Options? options = null)
    {
        var owner = CreateTestProbe();
        Api.Tell(new Sock.Open(family, kind, 0, options), owner);
        Assert.Equal(new Sock.Opened(family, kind), owner.ExpectMsg<Sock.Opened>());
        return new Handle(owner, owner.LastSender);
    }

    /// <summary>Opens, binds and listens.</summary>
    private protected (Handle Listener, NetAddress Local) Listening(NetAddress address, bool pull = false, Sock.Options? options = null)
    {
        var listener = Open(address.Family!.Value, SocketKind.Stream, options);
        listener.Tell(new Sock.Bind(address));
        var local = listener.Expect<Sock.Bound>().Local;
        listener.Tell(new Sock.Listen(Pull: pull));
        Assert.Equal(local, listener.Expect<Sock.Listening>().Local);
        return (listener, local);
    }

    /// <summary>A connection accepted for the listener's owner, and its peer: a plain socket.</summary>
    private protected (Handle Conn, PlainStream Peer) Accepted(Transport transport = Transport.Tcp4, Sock.Options? options = null)
    {
        var (listener, local) = Listening(transport.Any(), options: options);
        var peer = Plain(PlainStream.Connect(local));
        listener.ExpectFromNew<Sock.Accepted>(out var conn);
        return (conn, peer);
    }

    protected override void AfterAll()
    {
        try
        {
            foreach (var resource in _plain)
                resource.Dispose();
            var end = CreateTestProbe();
            foreach (var root in _roots)
            {
                end.Watch(root);
                Sys.Stop(root);
            }

            foreach (var _ in _roots)
                end.ExpectMsg<Terminated>();
            Eventually(AssertNothingLeft);
            Assert.Empty(Lost());
        }
        finally
        {
            base.AfterAll();
        }
    }

    /// <summary>Asserts again every few milliseconds until it holds.</summary>
    private protected void Eventually(Action assertion) => AwaitAssert(assertion, TimeSpan.FromSeconds(15), TimeSpan.FromMilliseconds(5));

    private protected void AssertBuffersReturned() => Eventually(() => Assert.Equal(0, Sockets.Pool.RentedCount));

    /// <summary>How many sockets this process has open, by the kernel's account.</summary>
    private protected static int Descriptors() =>
        Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(IsSocket);

    private static bool IsSocket(string entry)
    {
        try
        {
            return File.ResolveLinkTarget(entry, false) is { } target && target.Name.StartsWith("socket:", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // closed since it was listed: the runtime has files of its own
        }
    }

    /// <summary>Letters to nobody; a kill that came too late is the test's own, and what follows from it is Akka's.</summary>
    private List<object> Lost()
    {
        var lost = new List<object>();
        while (_lost.HasMessages)
        {
            if (_lost.ReceiveOne(TimeSpan.FromSeconds(1)) is not DeadLetter { Message: Kill or ISystemMessage } and { } letter)
                lost.Add(letter);
        }

        return lost;
    }

    private void AssertNothingLeft()
    {
        Assert.Equal(0, Sockets.Pool.RentedCount);
        Assert.Equal(0, Sockets.Pool.RentedBytes);
        Assert.Equal(0, Sockets.Connections.OpenCount);
        // Not more than before; what other tests of this process still had open may have been closed meanwhile.
        Assert.InRange(Descriptors(), 0, _descriptors);
    }
}
