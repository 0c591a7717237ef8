using System.Net.Sockets;
using Anode.Messages;
using Anode.Sockets;
using Xunit;

namespace Anode.Tests.Sockets.Api;

/// <summary>Datagrams over every carrier of datagrams.</summary>
public sealed class DatagramTests : SocketSpec
{
    private const int LargestUdp = 65_507;

    [Theory]
    [InlineData(Transport.Udp4)]
    [InlineData(Transport.Udp6)]
    [InlineData(Transport.UnixGramPath)]
    [InlineData(Transport.UnixGramAbstract)]
    public void Two_sockets_exchange_datagrams_and_close(Transport transport)
    {
        var (near, nearAddress) = Bound(transport);
        var (far, farAddress) = Bound(transport);
        near.Tell(new Sock.SendTo("ping"u8.ToArray(), farAddress, 3));
        Assert.Equal(3, near.Expect<Sock.SentTo>().Receipt);
        far.Tell(new Sock.ReadMore(10));
        var ping = far.Expect<Sock.ReceivedFrom>();
        Assert.Equal(("ping", nearAddress, false), (Text(ping.Bytes), ping.Address, ping.Truncated));
        far.Tell(new Sock.SendTo("pong"u8.ToArray(), ping.Address));
        near.Tell(new Sock.ReadMore(1));
        Assert.Equal("pong", Text(near.Expect<Sock.ReceivedFrom>().Bytes));

        near.Tell(new Sock.Close());
        near.ExpectClosed(CloseReason.Requested);
        far.Tell(new Sock.Abort());
        far.ExpectClosed(CloseReason.Aborted);
    }

    [Theory]
    [InlineData(Transport.Udp4)]
    [InlineData(Transport.UnixGramPath)]
    public void Without_credit_nothing_is_received_and_exactly_n_with_n(Transport transport)
    {
        var (far, farAddress) = Bound(transport);
        var (near, _) = Bound(transport);
        for (var i = 0; i < 5; i++)
        {
            near.Tell(new Sock.SendTo(new[] { (byte)i }, farAddress, i));
            near.Expect<Sock.SentTo>();
        }

        far.AssertQuiet();
        far.Tell(new Sock.ReadMore(2));
        Assert.Equal(0, far.Expect<Sock.ReceivedFrom>().Bytes.Span[0]);
        Assert.Equal(1, far.Expect<Sock.ReceivedFrom>().Bytes.Span[0]);
        far.AssertQuiet();
        far.Tell(new Sock.ReadMore(100));
        for (var i = 2; i < 5; i++)
            Assert.Equal(i, far.Expect<Sock.ReceivedFrom>().Bytes.Span[0]);
    }

    [Theory]
    [InlineData(Transport.Udp4)]
    [InlineData(Transport.Udp6)]
    [InlineData(Transport.UnixGramPath)]
    public void Largest_and_empty_datagrams_pass_whole(Transport transport)
    {
        var (far, farAddress) = Bound(transport);
        var (near, _) = Bound(transport);
        far.Tell(new Sock.ReadMore(2));
        var largest = PlainSockets.Pattern(LargestUdp);
        near.Tell(new Sock.SendTo(largest, farAddress));
        near.Tell(new Sock.SendTo(ReadOnlyMemory<byte>.Empty, farAddress));
        var received = far.Expect<Sock.ReceivedFrom>();
        Assert.Equal(largest, received.Bytes.ToArray());
        Assert.False(received.Truncated);
        Assert.Equal(0, far.Expect<Sock.ReceivedFrom>().Bytes.Length);
    }

    [Fact]
    public void Larger_than_a_datagram_can_be_fails_with_EMSGSIZE_and_the_next_one_passes()
    {
        var (far, farAddress) = Bound(Transport.Udp4);
        var (near, _) = Bound(Transport.Udp4);
        var tooLarge = new Sock.SendTo(new byte[LargestUdp + 1], farAddress, 1);
        near.Tell(tooLarge);
        near.ExpectFailed(tooLarge, SocketErrors.EMSGSIZE);
        near.Tell(new Sock.SendTo("fits"u8.ToArray(), farAddress, 2));
        near.Expect<Sock.SentTo>();
        far.Tell(new Sock.ReadMore(1));
        Assert.Equal("fits", Text(far.Expect<Sock.ReceivedFrom>().Bytes));
    }

    [Theory]
    [InlineData(Transport.Udp4)]
    [InlineData(Transport.Udp6)]
    [InlineData(Transport.UnixGramPath)]
    public void Datagram_longer_than_the_buffer_arrives_cut_and_marked_and_the_next_one_whole(Transport transport)
    {
        var (far, farAddress) = Bound(transport, new Sock.Options(MaxDatagramBytes: 100));
        var (near, _) = Bound(transport);
        var bytes = PlainSockets.Pattern(150);
        far.Tell(new Sock.ReadMore(4));
        foreach (var length in new[] { 150, 100, 101, 1 })
            near.Tell(new Sock.SendTo(bytes.AsMemory(0, length), farAddress));
        foreach (var (length, truncated) in new[] { (100, true), (100, false), (100, true), (1, false) })
        {
            var received = far.Expect<Sock.ReceivedFrom>();
            Assert.Equal(bytes[..length], received.Bytes.ToArray());
            Assert.Equal(truncated, received.Truncated);
        }
    }

    [Fact]
    public void Unnamed_unix_peer_is_received_from_but_cannot_be_answered()
    {
        var (far, farAddress) = Bound(Transport.UnixGramPath);
        var near = Open(Family.Unix, SocketKind.Datagram);
        far.Tell(new Sock.ReadMore(2));
        near.Tell(new Sock.SendTo("who am I"u8.ToArray(), farAddress, 1));
        near.Expect<Sock.SentTo>();
        var received = far.Expect<Sock.ReceivedFrom>();
        Assert.Equal("unixgram:", received.Address.ToString());

        var answer = new Sock.SendTo("nobody"u8.ToArray(), received.Address);
        far.Tell(answer);
        far.ExpectFailed(answer, SocketErrors.EDESTADDRREQ);
        var (named, namedAddress) = Bound(Transport.UnixGramPath);
        named.Tell(new Sock.SendTo("named"u8.ToArray(), farAddress));
        Assert.Equal(namedAddress, far.Expect<Sock.ReceivedFrom>().Address);
    }

    [Fact]
    public void Unbound_socket_receives_the_answer_to_what_it_sent()
    {
        var near = Open(Family.Inet, SocketKind.Datagram);
        using var far = PlainSockets.Datagram(Transport.Udp4.Any(), AddressFamily.InterNetwork);
        near.Tell(new Sock.ReadMore(1));
        near.Tell(new Sock.SendTo("hello"u8.ToArray(), PlainSockets.AddressOf(far, Scheme.Udp)));
        System.Net.EndPoint from = new System.Net.IPEndPoint(0, 0);
        var buffer = new byte[100];
        Assert.Equal(5, far.ReceiveFrom(buffer, ref from));
        far.SendTo("back"u8, from);
        Assert.Equal("back", Text(near.Expect<Sock.ReceivedFrom>().Bytes));
    }

    [Theory]
    [InlineData(Transport.Udp4)]
    [InlineData(Transport.UnixGramAbstract)]
    public void Connect_fixes_the_default_peer(Transport transport)
    {
        var (far, farAddress) = Bound(transport);
        var (near, nearAddress) = Bound(transport);
        var early = new Sock.Send("nowhere"u8.ToArray());
        near.Tell(early);
        near.ExpectFailed(early, SocketErrors.EDESTADDRREQ);

        near.Tell(new Sock.Connect(farAddress));
        Assert.Equal(new Sock.Connected(0, nearAddress, farAddress), near.Expect<Sock.Connected>());
        near.Tell(new Sock.Send("there"u8.ToArray(), 9));
        Assert.Equal(9, near.Expect<Sock.Sent>().Receipt);
        far.Tell(new Sock.ReadMore(1));
        Assert.Equal("there", Text(far.Expect<Sock.ReceivedFrom>().Bytes));
    }

    [Fact]
    public void Default_peer_may_be_a_host_name()
    {
        var (far, farAddress) = Bound(Transport.Udp4);
        var (near, _) = Bound(Transport.Udp4);
        near.Tell(new Sock.Connect(NetAddress.HostPort(Scheme.Udp, "localhost", farAddress.Port)));
        Assert.Equal(farAddress, near.Expect<Sock.Connected>().Remote);

        var unknown = new Sock.Connect(NetAddress.HostPort(Scheme.Udp, "no-such-host.invalid", 1));
        near.Tell(unknown);
        near.ExpectFailed(unknown, SocketErrors.ENXIO);
        near.Tell(new Sock.Send("still there"u8.ToArray()));
        far.Tell(new Sock.ReadMore(1));
        Assert.Equal("still there", Text(far.Expect<Sock.ReceivedFrom>().Bytes));
    }

    [Fact]
    public void Nobody_at_the_other_port_does_not_end_the_socket()
    {
        var (gone, goneAddress) = Bound(Transport.Udp4);
        gone.Tell(new Sock.Close());
        gone.ExpectClosed(CloseReason.Requested);
        var (near, nearAddress) = Bound(Transport.Udp4);
        near.Tell(new Sock.ReadMore(10));
        for (var i = 0; i < 10; i++)
            near.Tell(new Sock.SendTo("anybody?"u8.ToArray(), goneAddress));
        near.Tell(new Sock.SendTo("me"u8.ToArray(), nearAddress));
        Assert.Equal("me", Text(((Sock.ReceivedFrom)near.Owner.FishForMessage(message => message is Sock.ReceivedFrom)).Bytes));
    }

    [Fact]
    public void Full_queue_of_a_unix_receiver_is_reported_and_the_others_are_reached()
    {
        var (_, full) = Bound(Transport.UnixGramPath);
        var (open, openAddress) = Bound(Transport.UnixGramPath);
        var (near, _) = Bound(Transport.UnixGramPath);
        Sock.CommandFailed? refused = null;
        for (var i = 0; refused is null && i < 10_000; i++)
        {
            near.Tell(new Sock.SendTo("x"u8.ToArray(), full, i));
            refused = near.Expect<Sock.IEvent>() as Sock.CommandFailed;
        }

        Assert.Equal((11, "EAGAIN"), (refused!.Errno, refused.Name));
        near.Tell(new Sock.SendTo("y"u8.ToArray(), openAddress));
        open.Tell(new Sock.ReadMore(1));
        Assert.Equal("y", Text(open.Expect<Sock.ReceivedFrom>().Bytes));
    }

    [Fact]
    public void Missing_unix_receiver_is_named_by_its_errno()
    {
        var (near, _) = Bound(Transport.UnixGramPath);
        var send = new Sock.SendTo("x"u8.ToArray(), Transport.UnixGramPath.Any());
        near.Tell(send);
        near.ExpectFailed(send, SocketErrors.ENOENT);
    }

    [Theory]
    [InlineData(Family.Inet, "udp://[::1]:1", SocketErrors.EAFNOSUPPORT)]
    [InlineData(Family.Inet6, "udp://127.0.0.1:1", SocketErrors.EAFNOSUPPORT)]
    [InlineData(Family.Inet, "unixgram:@x", SocketErrors.EAFNOSUPPORT)]
    [InlineData(Family.Unix, "udp://127.0.0.1:1", SocketErrors.EAFNOSUPPORT)]
    [InlineData(Family.Inet, "tcp://127.0.0.1:1", SocketErrors.EPROTOTYPE)]
    public void Address_of_another_family_or_kind_is_refused_and_the_socket_goes_on(Family family, string address, int errno)
    {
        var socket = Open(family, SocketKind.Datagram);
        foreach (var command in new Sock.ICommand[]
        {
            new Sock.SendTo("x"u8.ToArray(), NetAddress.Parse(address)),
            new Sock.Connect(NetAddress.Parse(address)),
            new Sock.Bind(NetAddress.Parse(address)),
        })
        {
            socket.Tell(command);
            socket.ExpectFailed(command, errno);
        }
    }

    [Fact]
    public void Ten_thousand_datagrams_pass_in_order_when_their_receiver_keeps_up()
    {
        var (far, farAddress) = Bound(Transport.UnixGramPath);
        var (near, _) = Bound(Transport.UnixGramPath);
        far.Tell(new Sock.ReadMore(long.MaxValue));
        for (var i = 0; i < 10_000; i++)
        {
            near.Tell(new Sock.SendTo(BitConverter.GetBytes(i), farAddress));
            Assert.Equal(i, BitConverter.ToInt32(far.Expect<Sock.ReceivedFrom>().Bytes.Span));
        }
    }

    [Fact]
    public void Death_of_the_owner_closes_the_socket()
    {
        var (socket, _) = Bound(Transport.Udp4);
        Watch(socket.Socket);
        Sys.Stop(socket.Owner);
        ExpectTerminated(socket.Socket);
    }

    [Fact]
    public void Closing_sends_what_is_queued()
    {
        var (far, farAddress) = Bound(Transport.Udp4);
        var (near, _) = Bound(Transport.Udp4);
        near.Tell(new Sock.SendTo("last"u8.ToArray(), farAddress));
        near.Tell(new Sock.Close());
        near.ExpectClosed(CloseReason.Requested);
        far.Tell(new Sock.ReadMore(1));
        Assert.Equal("last", Text(far.Expect<Sock.ReceivedFrom>().Bytes));
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes.Span);

    private (Handle Socket, NetAddress Local) Bound(Transport transport, Sock.Options? options = null)
    {
        var address = transport.Any();
        var socket = Open(address.Family!.Value, SocketKind.Datagram, options);
        socket.Tell(new Sock.Bind(address));
        return (socket, socket.Expect<Sock.Bound>().Local);
    }
}
