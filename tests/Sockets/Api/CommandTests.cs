using Anode.Messages;
using Anode.Sockets;
using Xunit;

namespace Anode.Tests.Sockets.Api;

/// <summary>What cannot be done is answered with its errno; the socket goes on and nothing leaks.</summary>
public sealed class CommandTests : SocketSpec
{
    private static readonly NetAddress Any4 = Transport.Tcp4.Any();

    [Theory]
    [InlineData(Family.Unix, SocketKind.Stream, 5, SocketErrors.EPROTONOSUPPORT)]
    [InlineData(Family.Unix, SocketKind.Stream, 6, SocketErrors.EPROTONOSUPPORT)]
    [InlineData(Family.Inet, SocketKind.Stream, 17, SocketErrors.EPROTONOSUPPORT)]
    [InlineData(Family.Inet, SocketKind.Datagram, 6, SocketErrors.EPROTONOSUPPORT)]
    [InlineData(Family.Inet, (SocketKind)3, 0, SocketErrors.ESOCKTNOSUPPORT)]
    [InlineData(Family.Inet, (SocketKind)5, 0, SocketErrors.ESOCKTNOSUPPORT)]
    [InlineData(Family.Unix, (SocketKind)0, 0, SocketErrors.ESOCKTNOSUPPORT)]
    [InlineData((Family)99, SocketKind.Stream, 0, SocketErrors.EAFNOSUPPORT)]
    [InlineData((Family)0, SocketKind.Datagram, 0, SocketErrors.EAFNOSUPPORT)]
    [InlineData((Family)(-1), SocketKind.Stream, 0, SocketErrors.EAFNOSUPPORT)]
    public void Unsupported_pair_fails_with_its_errno_and_leaks_nothing(Family family, SocketKind kind, int protocol, int errno)
    {
        var before = Descriptors();
        var open = new Sock.Open(family, kind, protocol);
        Api.Tell(open, TestActor);
        var failed = ExpectMsg<Sock.CommandFailed>();
        Assert.Same(open, failed.Command);
        Assert.Equal((errno, SocketErrors.NameOf(errno)), (failed.Errno, failed.Name));
        Assert.InRange(Descriptors(), 0, before); // fewer, where an earlier test's were collected
        Assert.False(HasMessages);
    }

    [Theory]
    [InlineData(Family.Inet, SocketKind.Stream, 6)]
    [InlineData(Family.Inet6, SocketKind.Stream, 6)]
    [InlineData(Family.Inet, SocketKind.Datagram, 17)]
    public void Protocol_may_be_named(Family family, SocketKind kind, int protocol)
    {
        Api.Tell(new Sock.Open(family, kind, protocol), TestActor);
        ExpectMsg(new Sock.Opened(family, kind));
    }

    public static TheoryData<string, Sock.Options> BadOptions => new()
    {
        { "max-datagram 0", new Sock.Options(MaxDatagramBytes: 0) },
        { "max-datagram 2 MiB", new Sock.Options(MaxDatagramBytes: 2 * 1024 * 1024) },
        { "send-queue 0", new Sock.Options(SendQueueBytes: 0) },
        { "receive-buffer -1", new Sock.Options(ReceiveBufferBytes: -1) },
        { "send-buffer -1", new Sock.Options(SendBufferBytes: -1) },
        { "probes 0", new Sock.Options(KeepAlive: new Sock.KeepAlive(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 0)) },
        { "probes 1000", new Sock.Options(KeepAlive: new Sock.KeepAlive(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 1000)) },
        { "idle 1 year", new Sock.Options(KeepAlive: new Sock.KeepAlive(TimeSpan.FromDays(365), TimeSpan.FromSeconds(1), 1)) },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Option_the_kernel_would_not_take_fails_at_open(string name, Sock.Options options)
    {
        var open = new Sock.Open(Family.Inet, SocketKind.Stream, 0, options);
        Api.Tell(open, TestActor);
        var failed = ExpectMsg<Sock.CommandFailed>();
        Assert.True(failed.Errno == SocketErrors.EINVAL, $"{name}: {failed}");
    }

    [Fact]
    public void Command_for_a_socket_sent_to_the_sockets_actor_fails_with_ENOTSOCK()
    {
        var send = new Sock.Send("x"u8.ToArray());
        Api.Tell(send, TestActor);
        Assert.Equal(SocketErrors.ENOTSOCK, ExpectMsg<Sock.CommandFailed>().Errno);
    }

    [Fact]
    public void Fresh_socket_refuses_what_wants_a_connection_and_still_serves()
    {
        var socket = Open(Family.Inet, SocketKind.Stream);
        Refused(socket, new Sock.Send("x"u8.ToArray()), SocketErrors.ENOTCONN);
        Refused(socket, new Sock.ReadMore(), SocketErrors.ENOTCONN);
        Refused(socket, new Sock.Shutdown(), SocketErrors.ENOTCONN);
        Refused(socket, new Sock.Accept(), SocketErrors.EINVAL);
        Refused(socket, new Sock.SendTo("x"u8.ToArray(), Transport.Udp4.Any()), SocketErrors.EOPNOTSUPP);
        Refused(socket, new Sock.Listen(), SocketErrors.EDESTADDRREQ);
        Serves(socket);
    }

    [Fact]
    public void Bad_bind_or_backlog_is_refused_and_the_socket_still_serves()
    {
        var socket = Open(Family.Inet, SocketKind.Stream);
        Refused(socket, new Sock.Bind(Transport.Udp4.Any()), SocketErrors.EPROTOTYPE);
        Refused(socket, new Sock.Bind(Transport.Tcp6.Any()), SocketErrors.EAFNOSUPPORT);
        Refused(socket, new Sock.Bind(Transport.UnixAbstract.Any()), SocketErrors.EAFNOSUPPORT);
        Refused(socket, new Sock.Bind(NetAddress.Parse("tcp://192.0.2.1:0")), SocketErrors.EADDRNOTAVAIL);
        Refused(socket, new Sock.Bind(NetAddress.HostPort(Scheme.Tcp, "some.host", 0)), SocketErrors.EADDRNOTAVAIL);
        Refused(socket, new Sock.Bind(NetAddress.HostPort(Scheme.Tcp, "127.0.0.1", 70_000)), SocketErrors.EINVAL);
        socket.Tell(new Sock.Bind(Any4));
        var local = socket.Expect<Sock.Bound>().Local;
        Refused(socket, new Sock.Bind(Any4), SocketErrors.EINVAL);
        Refused(socket, new Sock.Listen(-1), SocketErrors.EINVAL);
        Assert.Contains("backlog", Refused(socket, new Sock.Listen(int.MinValue), SocketErrors.EINVAL).Message);
        socket.Tell(new Sock.Listen(0));
        Assert.Equal(new Sock.Listening(local, 0), socket.Expect<Sock.Listening>());
        using var peer = PlainStream.Connect(local);
        socket.ExpectFromNew<Sock.Accepted>(out _);
    }

    [Theory]
    [InlineData("", SocketErrors.EDESTADDRREQ)]
    [InlineData("@", SocketErrors.EDESTADDRREQ)]
    [InlineData("/tmp/a\0b", SocketErrors.EINVAL)]
    [InlineData("/nowhere/at/all/anode.sock", SocketErrors.ENOENT)]
    [InlineData("/tmp/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345", SocketErrors.ENAMETOOLONG)]
    public void Unix_path_that_cannot_be_is_refused_and_the_socket_still_serves(string path, int errno)
    {
        foreach (var (kind, scheme) in new[] { (SocketKind.Stream, Scheme.Unix), (SocketKind.Datagram, Scheme.UnixGram) })
        {
            var socket = Open(Family.Unix, kind);
            Refused(socket, new Sock.Bind(NetAddress.UnixPath(scheme, path)), errno);
            if (kind == SocketKind.Datagram)
                Refused(socket, new Sock.SendTo("x"u8.ToArray(), NetAddress.UnixPath(scheme, path)), errno);
            socket.Tell(new Sock.Bind(NetAddress.UnixPath(scheme, Transports.NewPath())));
            socket.Expect<Sock.Bound>();
        }
    }

    [Fact]
    public void Listening_socket_refuses_what_is_for_others_and_still_accepts()
    {
        var (listener, local) = Listening(Any4);
        Refused(listener, new Sock.Bind(Any4), SocketErrors.EINVAL);
        Refused(listener, new Sock.Listen(), SocketErrors.EINVAL);
        Refused(listener, new Sock.Connect(local), SocketErrors.EOPNOTSUPP);
        Refused(listener, new Sock.Send("x"u8.ToArray()), SocketErrors.ENOTCONN);
        Refused(listener, new Sock.ReadMore(), SocketErrors.ENOTCONN);
        using var peer = PlainStream.Connect(local);
        listener.ExpectFromNew<Sock.Accepted>(out _);
    }

    [Fact]
    public void Connection_refuses_what_is_for_others_and_still_serves()
    {
        var (conn, peer) = Accepted();
        Refused(conn, new Sock.Accept(), SocketErrors.EINVAL);
        Refused(conn, new Sock.Listen(), SocketErrors.EINVAL);
        Refused(conn, new Sock.Bind(Any4), SocketErrors.EINVAL);
        Refused(conn, new Sock.Connect(Any4), SocketErrors.EISCONN);
        Refused(conn, new Sock.SendTo("x"u8.ToArray(), Transport.Udp4.Any()), SocketErrors.EISCONN);
        conn.Tell(new Sock.Send("ok"u8.ToArray()));
        Assert.Equal("ok"u8.ToArray(), peer.Receive(2));
    }

    [Fact]
    public void Datagram_socket_refuses_what_is_for_streams()
    {
        var socket = Open(Family.Inet, SocketKind.Datagram);
        Refused(socket, new Sock.Listen(), SocketErrors.EOPNOTSUPP);
        Refused(socket, new Sock.Accept(), SocketErrors.EOPNOTSUPP);
        Refused(socket, new Sock.Shutdown(), SocketErrors.EOPNOTSUPP);
        Refused(socket, new Sock.ReadMore(0), SocketErrors.EINVAL);
        socket.Tell(new Sock.Bind(Transport.Udp4.Any()));
        socket.Expect<Sock.Bound>();
        Refused(socket, new Sock.Bind(Transport.Udp4.Any()), SocketErrors.EINVAL);
    }

    [Fact]
    public void Occupied_address_fails_with_98_and_its_sentence()
    {
        var (_, local) = Listening(Any4);
        var second = Open(Family.Inet, SocketKind.Stream);
        var failed = Refused(second, new Sock.Bind(local), SocketErrors.EADDRINUSE);
        Assert.Equal(("EADDRINUSE", $"address already in use: {local}"), (failed.Name, failed.Message));
        Serves(second);
    }

    [Fact]
    public void Occupied_datagram_address_fails_with_98()
    {
        var first = Open(Family.Inet, SocketKind.Datagram);
        first.Tell(new Sock.Bind(Transport.Udp4.Any()));
        var second = Open(Family.Inet, SocketKind.Datagram);
        Refused(second, new Sock.Bind(first.Expect<Sock.Bound>().Local), SocketErrors.EADDRINUSE);
    }

    private static Sock.CommandFailed Refused(Handle socket, Sock.ICommand command, int errno)
    {
        socket.Tell(command);
        return socket.ExpectFailed(command, errno);
    }

    private static void Serves(Handle socket)
    {
        socket.Tell(new Sock.Bind(Any4));
        socket.Expect<Sock.Bound>();
        socket.Tell(new Sock.Listen());
        socket.Expect<Sock.Listening>();
    }
}
