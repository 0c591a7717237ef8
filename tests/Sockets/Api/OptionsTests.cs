using System.Net.Sockets;
using Anode.Messages;
using Anode.Sockets;
using Xunit;

namespace Anode.Tests.Sockets.Api;

/// <summary>Options as the kernel reads them back.</summary>
public sealed class OptionsTests : SocketSpec
{
    private static readonly Sock.Options All = new(
        NoDelay: false,
        KeepAlive: new Sock.KeepAlive(TimeSpan.FromSeconds(11), TimeSpan.FromSeconds(7), 3),
        ReceiveBufferBytes: 50_000,
        SendBufferBytes: 60_000,
        Broadcast: true);

    [Theory]
    [InlineData(Family.Inet)]
    [InlineData(Family.Inet6)]
    public void Stream_options_are_set_before_connecting(Family family)
    {
        using var socket = SocketFactory.Create(family, SocketKind.Stream, 0, All);
        AssertStream(socket);
    }

    [Fact]
    public void Accepted_socket_has_the_options_too()
    {
        using var listener = PlainSockets.Listener(Transport.Tcp4.Any());
        using var peer = PlainStream.Connect(PlainSockets.AddressOf(listener, Scheme.Tcp));
        using var accepted = listener.Accept();
        SocketFactory.ApplyStream(accepted, All);
        AssertStream(accepted);
    }

    [Theory]
    [InlineData(Transport.Tcp4, null, 256 * 1024)]
    [InlineData(Transport.Tcp6, null, 256 * 1024)]
    [InlineData(Transport.Tcp4, 60_000, 60_000)]
    public void Send_buffer_towards_a_local_peer_does_not_grow_and_is_what_was_asked_for(Transport transport, int? asked, int expected)
    {
        using var listener = PlainSockets.Listener(transport.Any());
        using var peer = PlainStream.Connect(PlainSockets.AddressOf(listener, Scheme.Tcp));
        using var accepted = listener.Accept();
        using var like = new Socket(SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = expected }; // the kernel doubles it, and has a bound of its own
        SocketFactory.ApplyStream(accepted, Sock.Options.Default with { SendBufferBytes = asked });
        SocketFactory.BoundToLocalPeer(accepted, asked);
        Assert.Equal(like.SendBufferSize, accepted.SendBufferSize);
    }

    [Fact]
    public void No_delay_is_the_default_and_keep_alive_is_not()
    {
        using var socket = SocketFactory.Create(Family.Inet, SocketKind.Stream, 0, Sock.Options.Default);
        Assert.True(socket.NoDelay);
        Assert.Equal(0, socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.Equal(0, Raw(socket, 1, 15));
    }

    [Fact]
    public void Broadcast_is_set_on_datagram_sockets_only_when_asked()
    {
        using var on = SocketFactory.Create(Family.Inet, SocketKind.Datagram, 0, All);
        using var off = SocketFactory.Create(Family.Inet, SocketKind.Datagram, 0, Sock.Options.Default);
        Assert.Equal((true, false), (on.EnableBroadcast, off.EnableBroadcast));
    }

    [Theory]
    [InlineData(SocketKind.Stream, Scheme.Tcp)]
    [InlineData(SocketKind.Datagram, Scheme.Udp)]
    public void Port_is_shared_only_when_both_ask_for_it(SocketKind kind, Scheme scheme)
    {
        var any = NetAddress.HostPort(scheme, "127.0.0.1", 0);
        var shared = new Sock.Options(ReusePort: true);
        using var first = Binder.Bind(any, kind, shared);
        var address = PlainSockets.AddressOf(first, scheme);
        using var second = Binder.Bind(address, kind, shared);
        if (kind == SocketKind.Stream)
            first.Listen(); // until one listens, the kernel lets everybody bind
        var refused = Assert.Throws<SocketException>(() => Binder.Bind(address, kind, Sock.Options.Default));
        Assert.Equal(SocketErrors.EADDRINUSE, SocketErrors.ErrnoOf(refused));
    }

    [Fact]
    public void Dual_stack_listener_takes_v4_peers_under_their_v4_address()
    {
        var (listener, local) = Listening(NetAddress.Parse("tcp://[::]:0"), options: new Sock.Options(DualStack: true));
        using var peer = PlainStream.Connect(NetAddress.HostPort(Scheme.Tcp, "127.0.0.1", local.Port));
        Assert.Equal(PlainSockets.AddressOf(peer.Socket, Scheme.Tcp), listener.ExpectFromNew<Sock.Accepted>(out _).Address);
    }

    [Fact]
    public void V6_socket_is_for_v6_only_unless_dual_stack_is_asked_for()
    {
        const int IpProtoIpv6 = 41, Ipv6Only = 26;
        using var only = SocketFactory.Create(Family.Inet6, SocketKind.Stream, 0, Sock.Options.Default);
        using var dual = SocketFactory.Create(Family.Inet6, SocketKind.Stream, 0, new Sock.Options(DualStack: true));
        Assert.Equal((1, 0), (Raw(only, IpProtoIpv6, Ipv6Only), Raw(dual, IpProtoIpv6, Ipv6Only)));
    }

    [Fact]
    public void Dual_stack_datagram_socket_answers_v4_peers()
    {
        var socket = Open(Family.Inet6, SocketKind.Datagram, new Sock.Options(DualStack: true));
        socket.Tell(new Sock.Bind(NetAddress.Parse("udp://[::]:0")));
        var port = socket.Expect<Sock.Bound>().Local.Port;
        using var peer = PlainSockets.Datagram(Transport.Udp4.Any(), AddressFamily.InterNetwork);
        peer.SendTo("ping"u8, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port));
        socket.Tell(new Sock.ReadMore(1));
        var received = socket.Expect<Sock.ReceivedFrom>();
        Assert.Equal(PlainSockets.AddressOf(peer, Scheme.Udp), received.Address);
        socket.Tell(new Sock.SendTo("pong"u8.ToArray(), received.Address));
        Assert.Equal(4, peer.Receive(new byte[10]));
    }

    private static void AssertStream(Socket socket)
    {
        Assert.False(socket.NoDelay);
        Assert.NotEqual(0, socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.Equal(11, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime));
        Assert.Equal(7, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval));
        Assert.Equal(3, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount));
        // Linux doubles what is asked, for its own bookkeeping: socket(7).
        Assert.Equal((100_000, 120_000), (Raw(socket, 1, 8), Raw(socket, 1, 7)));
    }

    private static int Raw(Socket socket, int level, int name)
    {
        Span<byte> value = stackalloc byte[4];
        socket.GetRawSocketOption(level, name, value);
        return BitConverter.ToInt32(value);
    }
}
