using System.Net.Sockets;
using Akka.Actor;
using Anode.Messages;
using Anode.Sockets;
using Xunit;

namespace Anode.Tests.Sockets.Api;

/// <summary>The life of a stream, over every carrier of streams.</summary>
public sealed class StreamTests : SocketSpec
{
    [Theory]
    [InlineData(Transport.Tcp4)]
    [InlineData(Transport.Tcp6)]
    [InlineData(Transport.UnixPath)]
    [InlineData(Transport.UnixAbstract)]
    public void Two_sockets_exchange_bytes_and_end_in_good_order(Transport transport)
    {
        var (listener, local) = Listening(transport.Any());
        Assert.True(local.IsUnix || local.Port > 0);

        var client = Open(local.Family!.Value, SocketKind.Stream);
        client.Tell(new Sock.Connect(local));
        var connected = client.Expect<Sock.Connected>();
        var accepted = listener.Owner.ExpectMsg<Sock.Accepted>();
        var server = new Handle(listener.Owner, listener.Owner.LastSender);
        Assert.Equal(local, connected.Remote);
        Assert.Equal(connected.Local, accepted.Address);
        Assert.NotEqual(connected.Conn, accepted.Conn);
        Assert.Equal($"conn-{accepted.Conn}", server.Socket.Path.Name);

        client.Tell(new Sock.Send("ping"u8.ToArray(), 7));
        Assert.Equal(7, client.Expect<Sock.Sent>().Receipt);
        Assert.Equal("ping"u8.ToArray(), server.Receive(4));
        server.Tell(new Sock.Send("pong"u8.ToArray()));
        Assert.Equal("pong"u8.ToArray(), client.Receive(4));

        server.Tell(new Sock.ReadMore());
        client.Tell(new Sock.Close());
        server.Expect<Sock.PeerClosed>();
        server.Tell(new Sock.Close());
        client.ExpectClosed(CloseReason.Requested);
        server.ExpectClosed(CloseReason.Requested);
        listener.Tell(new Sock.Close());
        listener.ExpectClosed(CloseReason.Requested);
    }

    [Theory]
    [InlineData(Transport.Tcp4)]
    [InlineData(Transport.Tcp6)]
    [InlineData(Transport.UnixPath)]
    [InlineData(Transport.UnixAbstract)]
    public void Closing_the_listener_leaves_its_connections(Transport transport)
    {
        var (listener, local) = Listening(transport.Any());
        using var peer = PlainStream.Connect(local);
        listener.ExpectFromNew<Sock.Accepted>(out var conn);
        conn = conn with { Owner = CreateTestProbe() };
        conn.Tell(new Sock.Own());
        listener.Tell(new Sock.Close());
        listener.ExpectClosed(CloseReason.Requested);

        Assert.ThrowsAny<SocketException>(() => PlainStream.Connect(local));
        peer.Send("still here"u8);
        Assert.Equal("still here"u8.ToArray(), conn.Receive(10));
    }

    [Fact]
    public void Half_close_by_the_peer_leaves_our_direction_open()
    {
        var (conn, peer) = Accepted();
        peer.Send("last"u8);
        peer.Socket.Shutdown(SocketShutdown.Send);

        Assert.Equal("last"u8.ToArray(), conn.Receive(4));
        conn.Tell(new Sock.ReadMore());
        conn.Expect<Sock.PeerClosed>();
        conn.Tell(new Sock.Send("answer"u8.ToArray()));
        conn.Tell(new Sock.Shutdown());
        conn.ExpectClosed(CloseReason.PeerClosed);
        Assert.Equal("answer"u8.ToArray(), peer.ReceiveToEnd());
    }

    [Fact]
    public void Half_close_by_us_leaves_the_peers_direction_open()
    {
        var (conn, peer) = Accepted();
        conn.Tell(new Sock.Send("question"u8.ToArray()));
        conn.Tell(new Sock.Shutdown());
        Assert.Equal("question"u8.ToArray(), peer.ReceiveToEnd());

        var late = new Sock.Send("too late"u8.ToArray(), 1);
        conn.Tell(late);
        conn.ExpectFailed(late, SocketErrors.EPIPE);

        peer.Send("answer"u8);
        Assert.Equal("answer"u8.ToArray(), conn.Receive(6));
        peer.Dispose();
        conn.Tell(new Sock.ReadMore());
        conn.Expect<Sock.PeerClosed>();
        conn.ExpectClosed(CloseReason.PeerClosed);
    }

    [Fact]
    public void Shutdown_of_receiving_keeps_later_bytes_away_and_sending_open()
    {
        var (conn, peer) = Accepted();
        conn.Tell(new Sock.ReadMore());
        conn.Tell(new Sock.Shutdown(Direction.Receive));
        conn.Tell(new Sock.Send("ready"u8.ToArray()));
        Assert.Equal("ready"u8.ToArray(), peer.Receive(5));
        peer.Send("unwanted"u8);
        conn.Tell(new Sock.ReadMore());

        conn.Tell(new Sock.Send("still sending"u8.ToArray(), 1));
        conn.Expect<Sock.Sent>();
        Assert.Equal("still sending"u8.ToArray(), peer.Receive(13));
        conn.Tell(new Sock.Shutdown(Direction.Send));
        Assert.Empty(peer.ReceiveToEnd());
        peer.Dispose();
        conn.ExpectClosed(CloseReason.Requested);
    }

    [Fact]
    public void Shutdown_of_both_directions_ends_the_socket_after_what_was_queued()
    {
        var (conn, peer) = Accepted();
        conn.Tell(new Sock.Send("bye"u8.ToArray()));
        conn.Tell(new Sock.Shutdown(Direction.Both));
        Assert.Equal("bye"u8.ToArray(), peer.ReceiveToEnd());
        peer.Dispose();
        conn.ExpectClosed(CloseReason.Requested);
    }

    [Fact]
    public void Close_sends_all_that_is_queued_first()
    {
        var bytes = PlainSockets.Pattern(8 * 1024 * 1024);
        var (conn, peer) = Accepted(options: new Sock.Options(SendQueueBytes: bytes.Length));
        conn.Tell(new Sock.Send(bytes));
        conn.Tell(new Sock.Close());
        var after = new Sock.Send("late"u8.ToArray());
        conn.Tell(after);

        conn.ExpectFailed(after, SocketErrors.EPIPE);
        Assert.Equal(bytes, peer.ReceiveToEnd());
        peer.Dispose();
        conn.ExpectClosed(CloseReason.Requested);
    }

    [Fact]
    public void Close_does_not_lose_its_last_bytes_to_a_peer_that_is_still_sending()
    {
        var (conn, peer) = Accepted();
        peer.Send(PlainSockets.Pattern(100_000));
        conn.Tell(new Sock.Send("last words"u8.ToArray()));
        conn.Tell(new Sock.Close());
        Assert.Equal("last words"u8.ToArray(), peer.ReceiveToEnd());
        peer.Dispose();
        conn.ExpectClosed(CloseReason.Requested);
    }

    [Theory]
    [InlineData(Transport.Tcp4)]
    [InlineData(Transport.Tcp6)]
    public void Abort_resets_the_peer(Transport transport)
    {
        var (conn, peer) = Accepted(transport);
        conn.Tell(new Sock.Abort());
        conn.ExpectClosed(CloseReason.Aborted);
        Assert.Equal(SocketErrors.ECONNRESET, peer.ReceiveError());
    }

    [Fact]
    public void Abort_of_a_unix_stream_ends_it()
    {
        var (conn, peer) = Accepted(Transport.UnixPath);
        conn.Tell(new Sock.Abort());
        conn.ExpectClosed(CloseReason.Aborted);
        Assert.Empty(peer.ReceiveToEnd());
    }

    [Fact]
    public void First_reason_wins()
    {
        var (conn, peer) = Accepted();
        conn.Tell(new Sock.Close());
        conn.Tell(new Sock.Abort());
        conn.ExpectClosed(CloseReason.Requested);
        peer.Dispose();
    }

    [Fact]
    public void Reset_by_the_peer_is_named_with_its_errno()
    {
        var (conn, peer) = Accepted();
        conn.Tell(new Sock.ReadMore());
        peer.Reset();
        Assert.Equal(SocketErrors.ECONNRESET, conn.ExpectClosed(CloseReason.PeerReset).Errno);
    }

    [Fact]
    public void New_owner_gets_the_events_and_the_old_ones_death_does_not_matter()
    {
        var (conn, peer) = Accepted();
        var heir = conn with { Owner = CreateTestProbe() };
        heir.Tell(new Sock.Own());
        heir.Tell(new Sock.ReadMore());
        peer.Send("a"u8);
        heir.Expect<Sock.Received>();

        Watch(conn.Owner);
        Sys.Stop(conn.Owner);
        ExpectTerminated(conn.Owner);
        peer.Send("b"u8);
        heir.Expect<Sock.Received>();
    }

    [Theory]
    [InlineData(Transport.Tcp4, SocketErrors.ECONNRESET)]
    [InlineData(Transport.UnixAbstract, 0)]
    public void Death_of_the_owner_ends_the_connection(Transport transport, int errno)
    {
        var (conn, peer) = Accepted(transport);
        Watch(conn.Socket);
        Sys.Stop(conn.Owner);
        ExpectTerminated(conn.Socket);
        Assert.Equal(errno, peer.ReceiveError());
        Assert.Equal(CloseReason.OwnerGone, Assert.Single(Sockets.Connections.Closed).CloseReason);
    }

    [Fact]
    public void Death_of_the_owner_closes_a_listening_socket()
    {
        var (listener, local) = Listening(Transport.Tcp4.Any());
        Watch(listener.Socket);
        Sys.Stop(listener.Owner);
        ExpectTerminated(listener.Socket);
        Assert.ThrowsAny<SocketException>(() => PlainStream.Connect(local));
    }

    [Fact]
    public void Socket_for_nobody_is_not_opened()
    {
        var before = Descriptors();
        Api.Tell(new Sock.Open(Family.Inet, SocketKind.Stream), ActorRefs.NoSender);
        Api.Tell(new Sock.GetHostName(), TestActor);
        ExpectMsg<Sock.HostName>();
        Assert.InRange(Descriptors(), 0, before); // fewer, where an earlier test's were collected
    }

    [Fact]
    public void Host_name_is_told_by_the_sockets_actor_and_by_every_socket()
    {
        Api.Tell(new Sock.GetHostName());
        var name = ExpectMsg<Sock.HostName>();
        Assert.Equal(System.Net.Dns.GetHostName(), name.Name);
        var (conn, _) = Accepted();
        foreach (var socket in new[] { conn, Open(Family.Inet, SocketKind.Stream), Open(Family.Inet, SocketKind.Datagram) })
        {
            socket.Tell(new Sock.GetHostName());
            Assert.Equal(name, socket.Expect<Sock.HostName>());
        }
    }

    [Fact]
    public void Draining_ends_every_socket_with_shutting_down()
    {
        var (conn, peer) = Accepted();
        var (listener, _) = Listening(Transport.Tcp6.Any());
        var datagram = Open(Family.Inet, SocketKind.Datagram);
        peer.Socket.Shutdown(SocketShutdown.Send);
        Api.Tell(new End(CloseReason.ShuttingDown));
        listener.ExpectClosed(CloseReason.ShuttingDown);
        datagram.ExpectClosed(CloseReason.ShuttingDown);
        var endings = conn.Owner.ReceiveN(2, TimeSpan.FromSeconds(10));
        Assert.All(endings, ending => Assert.Equal(new Sock.Closed(CloseReason.ShuttingDown), ending));
    }
}
