using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Anode.Messages;
using Anode.Protocols.Proxy;
using Anode.Sockets;
using Xunit;

namespace Anode.Tests.Protocols.Proxy;

/// <summary>Two halves without sockets: when one pauses, and that it goes on.</summary>
public sealed class ProxyHalfTests : TestKit
{
    private static readonly NetAddress Anywhere = NetAddress.Parse("tcp://127.0.0.1:1");

    [Theory]
    [InlineData(1, ProxyHalf.MarkReads)]
    [InlineData(64 * 1024, ProxyHalf.MarkBytes / (64 * 1024))]
    [InlineData(ProxyHalf.MarkBytes * 2, 1)]
    public void Half_pauses_at_either_mark_and_goes_on_when_the_other_has_sent_all(int bytes, int reads)
    {
        var (client, server) = (new Mouth(this), new Mouth(this));
        var upstream = new ProxyUpstream(client.Self, client.Outlet);
        upstream.OnOpen(server);
        var slab = Slab.Foreign(new byte[bytes]);
        for (var i = 0; i < reads; i++)
        {
            Assert.Equal(long.MaxValue, upstream.ReadAllowance);
            Assert.Equal(bytes, upstream.OnBytes(slab, 0, bytes, out _));
        }

        Assert.Equal(0, upstream.ReadAllowance);
        Assert.Equal((long)bytes * reads, client.Outlet.PendingBytes);

        // The other half is asked behind all the bytes, and answers when they have gone.
        var other = new ProxyUpstream(server.Self, server.Outlet);
        other.OnOpen(client);
        var said = client.Probe.ReceiveN(1 + reads + 1, TimeSpan.FromSeconds(15));
        var got = said.OfType<Delivery>().ToList();
        Assert.Equal(reads, got.Count);
        Assert.True(other.OnMessage(said.Last()));
        foreach (var delivery in got)
            delivery.Release();
        other.OnSent();
        Assert.True(upstream.OnMessage(server.Probe.FishForMessage(message => message is not ProxyUpstream.Joined, TimeSpan.FromSeconds(15))));
        Assert.Equal((long.MaxValue, 1), (upstream.ReadAllowance, server.Resumed));
    }

    [Fact]
    public void Half_whose_bytes_leave_as_they_come_never_pauses()
    {
        var (client, server) = (new Mouth(this), new Mouth(this));
        var upstream = new ProxyUpstream(client.Self, client.Outlet);
        upstream.OnOpen(server);
        var slab = Slab.Foreign(new byte[16]);
        for (var i = 0; i < ProxyHalf.MarkReads * 3; i++)
        {
            upstream.OnBytes(slab, i % 16, 1, out _);
            Assert.Equal(long.MaxValue, upstream.ReadAllowance);
            client.Probe.FishForMessage<Delivery>(_ => true, TimeSpan.FromSeconds(15)).Release();
        }
    }

    /// <summary>A connection without a socket; what is said to it comes to a probe.</summary>
    private sealed class Mouth : IConnection
    {
        public Mouth(TestKitBase kit)
        {
            Probe = kit.CreateTestProbe();
            Record = new ConnectionRecord(1, "proxy", "proxy", Anywhere, Anywhere, new EndpointCounters());
            Outlet = new Outlet(Probe, 64 * 1024 * 1024, OverflowPolicy.Close, Record);
        }

        public TestProbe Probe { get; }

        public int Resumed { get; private set; }

        public IActorRef Self => Probe;

        public ConnectionRecord Record { get; }

        public IActorRef Sender => ActorRefs.Nobody;

        public Outlet Outlet { get; }

        public bool IsOpen => true;

        public bool IsDatagram => false;

        public void ResumeReading() => Resumed++;

        public void Watch(IActorRef actor)
        {
        }

        public void Unwatch(IActorRef actor)
        {
        }

        public void Send(Delivery delivery) => throw new NotSupportedException();

        public bool TrySend(Delivery delivery) => throw new NotSupportedException();

        public Slab? RentScratch(int bytes) => throw new NotSupportedException();

        public void Close(CloseReason reason, string? text = null) => throw new NotSupportedException();

        public void Abort(CloseReason reason, int errno = 0) => throw new NotSupportedException();

        public void ShutdownSend() => throw new NotSupportedException();

        public void Dial(NetAddress to, ProtocolFactory protocol) => throw new NotSupportedException();

        public ICancelable After(TimeSpan delay, object message) => throw new NotSupportedException();
    }
}
