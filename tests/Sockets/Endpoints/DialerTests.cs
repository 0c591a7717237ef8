using System.Net.Sockets;
using Anode.Messages;
using Anode.Sockets;
using Xunit;
using static Anode.Messages.Endpoint;
using Status = Anode.Messages.Endpoint.Status;

namespace Anode.Tests.Sockets.Endpoints;

/// <summary>A dialer keeps one connection, and never two.</summary>
public sealed class DialerTests : GuardSpec
{
    [Theory]
    [InlineData(Transport.Tcp4)]
    [InlineData(Transport.Tcp6)]
    [InlineData(Transport.UnixPath)]
    [InlineData(Transport.UnixAbstract)]
    public void Dialer_connects_and_dials_again_when_the_connection_ended(Transport transport)
    {
        var (server, address) = Server(transport);
        var guard = Guard(Spec(address, EndpointKind.Dialer));
        var first = Plain(PlainStream.Accept(server));
        AssertEchoes(first, "one");
        var status = StatusOf(guard);
        Assert.Equal((State.Bound, "dialer", 1), (status.State, status.Kind, status.Connections));
        if (!address.IsUnix)
            Assert.Equal(NetAddress.Parse($"tcp://{first.Socket.RemoteEndPoint}"), status.Local);

        first.Reset();
        status = AwaitChange(State.Backoff);
        Assert.Equal((1, 0), (status.Attempts, status.Restarts));
        Assert.NotNull(status.NextAttemptAt);
        var second = Plain(PlainStream.Accept(server));
        AssertEchoes(second, "two");
        Assert.Equal(0, StatusOf(guard).Attempts);
    }

    [Fact]
    public void Dialer_waits_for_a_server_that_is_not_there_yet()
    {
        var gone = PlainSockets.Listener(Transport.Tcp4.Any());
        var address = PlainSockets.AddressOf(gone, Scheme.Tcp);
        gone.Dispose();
        Guard(Spec(address, EndpointKind.Dialer));
        var status = AwaitChange(status => status is { State: State.Backoff, Attempts: 3 });
        Assert.Equal((111, "ECONNREFUSED", $"connection refused: {address}"),
            (status.LastFailure!.Errno, status.LastFailure.Name, status.LastFailure.Message));
        Assert.True(status.NextAttemptAt > status.LastFailure.At);

        using var server = PlainSockets.Listener(address);
        using var peer = PlainStream.Accept(server);
        AssertEchoes(peer, "there");
        AwaitChange(State.Bound);
    }

    [Fact]
    public void Host_name_is_dialled_at_every_address_it_has()
    {
        var (server, address) = Server(Transport.Tcp4);
        Guard(Spec(NetAddress.HostPort(Scheme.Tcp, "localhost", address.Port), EndpointKind.Dialer));
        using var peer = PlainStream.Accept(server);
        AssertEchoes(peer, "found");
    }

    [Fact]
    public void Dialer_crash_keeps_the_connection_and_makes_no_second_one()
    {
        var (server, address) = Server(Transport.Tcp4);
        var guard = Guard(Spec(address, EndpointKind.Dialer));
        using var peer = PlainStream.Accept(server);
        AssertEchoes(peer, "before");
        Crash(Child(guard, "dialer"));
        Assert.Equal(1, AwaitChange(status => status is { State: State.Bound, Incarnation: 2 }).Restarts);
        AssertEchoes(peer, "after");
        Assert.False(server.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead), "it dialled a second time");

        peer.Dispose();
        using var second = PlainStream.Accept(server);
        AssertEchoes(second, "new");
    }

    [Fact]
    public void Suspended_dialer_keeps_its_connection_and_dials_no_more()
    {
        var (server, address) = Server(Transport.Tcp4);
        var guard = Guard(Spec(address, EndpointKind.Dialer));
        var peer = Plain(PlainStream.Accept(server));
        AssertEchoes(peer, "before");
        Command<Status>(guard, new Suspend());
        Command<Status>(guard, new Resume());
        Eventually(() => Assert.Equal(State.Bound, StatusOf(guard).State));
        AssertEchoes(peer, "after");
        Assert.False(server.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead), "it dialled a second time");

        Command<Status>(guard, new Suspend());
        peer.Dispose();
        Eventually(() => Assert.Equal(0, Counters.Open));
        Assert.False(server.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead), "it dialled while suspended");
        Assert.Equal(State.Suspended, StatusOf(guard).State);
        Command<Status>(guard, new Resume());
        using var second = PlainStream.Accept(server);
        AssertEchoes(second, "new");
    }

    [Fact]
    public void Supervisor_of_the_connections_crashing_makes_it_dial_anew()
    {
        var (server, address) = Server(Transport.Tcp4);
        var guard = Guard(Spec(address, EndpointKind.Dialer));
        var peer = Plain(PlainStream.Accept(server));
        AssertEchoes(peer, "before");
        Crash(Child(guard, "conns"));
        Assert.Equal(SocketErrors.ECONNRESET, peer.ReceiveError());
        using var second = PlainStream.Accept(server);
        AssertEchoes(second, "new");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Stop_ends_the_connection_and_restart_dials_again(bool atOnce)
    {
        var (server, address) = Server(Transport.Tcp4);
        var guard = Guard(Spec(address, EndpointKind.Dialer));
        var peer = Plain(PlainStream.Accept(server));
        AssertEchoes(peer, "before");
        guard.Tell(new Stop(), TestActor);
        if (!atOnce)
        {
            Assert.Empty(peer.ReceiveToEnd());
            peer.Dispose();
            Eventually(() => Assert.Equal(0, Counters.Open));
        }

        guard.Tell(new Restart(), TestActor);
        if (atOnce)
        {
            Assert.Empty(peer.ReceiveToEnd());
            peer.Dispose();
        }

        using var second = PlainStream.Accept(server);
        AssertEchoes(second, "new");
    }

    [Fact]
    public void Drain_ends_the_connection_and_dials_no_more()
    {
        var (server, address) = Server(Transport.Tcp4);
        var guard = Guard(Spec(address, EndpointKind.Dialer));
        var peer = Plain(PlainStream.Accept(server));
        AssertEchoes(peer, "before");
        guard.Tell(new EndpointGuard.DrainEndpoint(), TestActor);
        Assert.Empty(peer.ReceiveToEnd());
        peer.Dispose();
        ExpectMsg(new EndpointGuard.Drained("echo"));
        Assert.False(server.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead), "it dialled while draining");
    }

    private (Socket Server, NetAddress Address) Server(Transport transport)
    {
        var address = transport.Any();
        var server = Plain(PlainSockets.Listener(address));
        server.ReceiveTimeout = 15_000;
        return (server, address.IsUnix ? address : PlainSockets.AddressOf(server, Scheme.Tcp));
    }
}
