using System.Net.Sockets;
using Anode.Messages;
using Anode.Sockets;
using Xunit;
using static Anode.Messages.Endpoint;
using Status = Anode.Messages.Endpoint.Status;

namespace Anode.Tests.Sockets.Endpoints;

/// <summary>A datagram endpoint: the socket comes and goes, the sessions stay.</summary>
public sealed class DatagramEndpointTests : GuardSpec
{
    [Theory]
    [InlineData(Transport.Udp4)]
    [InlineData(Transport.Udp6)]
    [InlineData(Transport.UnixGramPath)]
    [InlineData(Transport.UnixGramAbstract)]
    public void Stranger_is_answered_and_a_session_echoes(Transport transport)
    {
        var (guard, local) = Served(Spec(transport));
        var peer = Peer(transport, local);
        Assert.Equal("stranger", Ask(peer, "hello"));
        Assert.Equal("open", Ask(peer, "open"));
        Assert.Equal("hello", Ask(peer, "hello"));
        var status = StatusOf(guard);
        Assert.Equal(("datagram", SocketKind.Datagram, 1), (status.Kind, status.Type, status.Connections));
        var record = Assert.Single(Sockets.Connections.Open);
        Assert.Equal($"{status.ActorPath}/conns/peer-{record.Id}", record.ActorPath);
        Assert.Equal(Addresses.ToAddress(peer.LocalEndPoint, local.Scheme), record.Remote);
    }

    [Theory]
    [InlineData(Transport.Udp4)]
    [InlineData(Transport.UnixGramPath)]
    public void Socket_crash_binds_the_same_address_and_the_sessions_survive(Transport transport)
    {
        var (guard, local) = Served(Spec(transport));
        var peer = Peer(transport, local);
        Assert.Equal("open", Ask(peer, "open"));
        for (var crash = 1; crash <= 3; crash++)
        {
            Crash(Child(guard, "socket"));
            var status = AwaitChange(State.Bound);
            Assert.Equal((local, crash), (status.Local, status.Restarts));
            if (local.IsUnix)
                peer.Connect(Addresses.ToEndPoint(local)!); // a Unix name is a new socket each time it is bound
            Assert.Equal("same session", Ask(peer, "same session"));
        }

        Assert.Equal((1, 1), (Lives.Opened, Lives.Open));
    }

    [Fact]
    public void Sessions_supervisor_crashing_brings_both_back()
    {
        var (guard, local) = Served(Spec(Transport.Udp4));
        var peer = Peer(Transport.Udp4, local);
        Assert.Equal("open", Ask(peer, "open"));
        Crash(Child(guard, "conns"));
        Assert.Equal(local, AwaitChange(State.Bound).Local);
        Assert.Equal("stranger", Ask(peer, "hello"));
        Assert.Equal(0, Lives.Open);
    }

    [Fact]
    public void Failing_session_ends_alone()
    {
        var (guard, local) = Served(Spec(Transport.Udp4));
        var (failing, neighbour) = (Peer(Transport.Udp4, local), Peer(Transport.Udp4, local));
        Assert.Equal("open", Ask(failing, "open"));
        Assert.Equal("open", Ask(neighbour, "open"));
        failing.Send(EchoProtocol.Poison);
        Eventually(() => Assert.Equal(CloseReason.Crashed, Assert.Single(Sockets.Connections.Closed).CloseReason));
        Assert.Equal("still", Ask(neighbour, "still"));
        AskUntil("stranger", failing, "hello");
        Assert.Equal(0, StatusOf(guard).Restarts);
    }

    [Fact]
    public void Occupied_port_is_backed_off_from_and_bound_once_it_is_free()
    {
        var occupant = PlainSockets.Datagram(Transport.Udp4.Any(), AddressFamily.InterNetwork);
        var address = PlainSockets.AddressOf(occupant, Scheme.Udp);
        Guard(Spec(address));
        Assert.Equal(98, AwaitChange(State.Backoff).LastFailure!.Errno);
        occupant.Dispose();
        AwaitChange(State.Bound);
        Assert.Equal("stranger", Ask(Peer(Transport.Udp4, address), "hello"));
    }

    [Fact]
    public void Datagram_cut_by_its_buffer_does_not_reach_a_session_as_if_it_were_whole()
    {
        var (_, local) = Served(Spec(Transport.UnixGramPath) with { Options = new Sock.Options(MaxDatagramBytes: 100) });
        var peer = Peer(Transport.UnixGramPath, local);
        Assert.Equal("open", Ask(peer, "open"));
        peer.Send(new byte[101]);
        Assert.Equal("whole", Ask(peer, "whole"));
        Assert.Equal(1, Counters.Dropped);
    }

    [Fact]
    public void Suspended_endpoint_is_silent_and_its_sessions_go_on_after_it()
    {
        var (guard, local) = Served(Spec(Transport.Udp4));
        var peer = Peer(Transport.Udp4, local);
        Assert.Equal("open", Ask(peer, "open"));
        Command<Status>(guard, new Suspend());
        Eventually(() => Assert.Null(ChildNow(guard, "socket")));
        Command<Status>(guard, new Resume());
        Assert.Equal(local, AwaitChange(State.Bound).Local);
        Assert.Equal("same session", Ask(peer, "same session"));
        Assert.Equal(1, Lives.Opened);
    }

    [Fact]
    public void Stop_ends_the_sessions_and_restart_serves_strangers_again()
    {
        var (guard, local) = Served(Spec(Transport.Udp4));
        var peer = Peer(Transport.Udp4, local);
        Assert.Equal("open", Ask(peer, "open"));
        guard.Tell(new Stop(), TestActor);
        guard.Tell(new Restart(), TestActor);
        AwaitChange(State.Bound);
        AskUntil("stranger", peer, "hello");
        AskUntil("open", peer, "open"); // before it there may be more answers to the hello
    }

    [Fact]
    public void Drain_ends_the_sessions_and_answers_once()
    {
        var (guard, local) = Served(Spec(Transport.Udp4));
        for (var i = 0; i < 10; i++)
            Assert.Equal("open", Ask(Peer(Transport.Udp4, local), "open"));
        guard.Tell(new EndpointGuard.DrainEndpoint(), TestActor);
        ExpectMsg(new EndpointGuard.Drained("echo"));
        Assert.All(Lives.Endings, reason => Assert.Equal(CloseReason.ShuttingDown, reason));
    }

    [Fact]
    public void Thousand_sessions_open_from_one_burst_and_each_gets_its_first_datagram()
    {
        var (_, local) = Served(Spec(Transport.UnixGramPath));
        for (var round = 0; round < 10; round++)
        {
            var peers = Enumerable.Range(0, 100).Select(_ => Peer(Transport.UnixGramAbstract, local)).ToList();
            foreach (var peer in peers)
                peer.Send("open"u8);
            Assert.All(peers, peer => Assert.Equal("open", Receive(peer)));
        }

        Assert.Equal(1000, Lives.Opened);
    }

    private Socket Peer(Transport transport, NetAddress local)
    {
        var address = transport.Any();
        var peer = Plain(PlainSockets.Datagram(address, Addresses.ToNative(address.Family!.Value)));
        peer.Connect(Addresses.ToEndPoint(local)!);
        return peer;
    }

    private static string Ask(Socket peer, string text)
    {
        peer.Send(System.Text.Encoding.UTF8.GetBytes(text));
        return Receive(peer);
    }

    /// <summary>A datagram on its way to a session that is ending is lost, as datagrams may be: asks again.</summary>
    private void AskUntil(string answer, Socket peer, string text)
    {
        var patience = peer.ReceiveTimeout;
        peer.ReceiveTimeout = 100;
        Eventually(() => Assert.Equal(answer, Ask(peer, text)));
        peer.ReceiveTimeout = patience;
    }

    private static string Receive(Socket peer)
    {
        var buffer = new byte[1000];
        return System.Text.Encoding.UTF8.GetString(buffer, 0, peer.Receive(buffer));
    }
}
