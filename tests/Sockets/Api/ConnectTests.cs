using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Anode.Messages;
using Anode.Sockets;
using Xunit;

namespace Anode.Tests.Sockets.Api;

/// <summary>Connecting ends with <c>Connected</c>, or with one failure and one <c>Closed</c>.</summary>
public sealed class ConnectTests : SocketSpec
{
    [Theory]
    [InlineData(Transport.Tcp4)]
    [InlineData(Transport.Tcp6)]
    [InlineData(Transport.UnixAbstract)]
    public void Refused_connect_fails_with_111_and_closes_once(Transport transport)
    {
        var (listener, local) = Listening(transport.Any());
        listener.Tell(new Sock.Close());
        listener.ExpectClosed(CloseReason.Requested);

        var client = Open(local.Family!.Value, SocketKind.Stream);
        var connect = new Sock.Connect(local);
        client.Tell(connect);
        var failed = client.ExpectFailed(connect, SocketErrors.ECONNREFUSED);
        Assert.Equal(("ECONNREFUSED", $"connection refused: {local}"), (failed.Name, failed.Message));
        Assert.Equal(SocketErrors.ECONNREFUSED, client.ExpectClosed(CloseReason.ConnectFailed).Errno);
    }

    [Theory]
    [InlineData(Transport.Tcp4)]
    [InlineData(Transport.Tcp6)]
    public void Host_name_is_resolved_within_the_sockets_family(Transport transport)
    {
        var (listener, local) = Listening(transport.Any());
        var hosts = Dns.GetHostAddresses("localhost").Select(ip => ip.AddressFamily).ToHashSet();
        var client = Open(local.Family!.Value, SocketKind.Stream);
        client.Tell(new Sock.Connect(NetAddress.HostPort(Scheme.Tcp, "localhost", local.Port)));
        if (!hosts.Contains(Addresses.ToNative(local.Family.Value)))
        {
            client.Expect<Sock.CommandFailed>(); // this machine's localhost has one family only
            client.ExpectClosed(CloseReason.ConnectFailed);
            return;
        }

        Assert.Equal(local, client.Expect<Sock.Connected>().Remote);
        listener.ExpectFromNew<Sock.Accepted>(out _);
    }

    [Fact]
    public void Unknown_host_fails_with_ENXIO()
    {
        var client = Open(Family.Inet, SocketKind.Stream);
        var connect = new Sock.Connect(NetAddress.HostPort(Scheme.Tcp, "no-such-host.invalid", 1));
        client.Tell(connect);
        client.ExpectFailed(connect, SocketErrors.ENXIO);
        client.ExpectClosed(CloseReason.ConnectFailed);
    }

    [Fact]
    public void Connect_ends_with_its_time_out()
    {
        // A full backlog leaves the handshake unanswered: the kernel drops further SYNs.
        using var full = PlainSockets.Listener(Transport.Tcp4.Any(), backlog: 0);
        var address = PlainSockets.AddressOf(full, Scheme.Tcp);
        using var first = PlainStream.Connect(address);

        var client = Open(Family.Inet, SocketKind.Stream);
        var connect = new Sock.Connect(address, TimeSpan.FromMilliseconds(200));
        client.Tell(connect);
        client.ExpectFailed(connect, SocketErrors.ETIMEDOUT);
        client.ExpectClosed(CloseReason.ConnectFailed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Connecting_socket_can_be_ended(bool abort)
    {
        using var full = PlainSockets.Listener(Transport.Tcp4.Any(), backlog: 0);
        var address = PlainSockets.AddressOf(full, Scheme.Tcp);
        using var first = PlainStream.Connect(address);

        var client = Open(Family.Inet, SocketKind.Stream);
        client.Tell(new Sock.Connect(address));
        var again = new Sock.Connect(address);
        client.Tell(again);
        client.ExpectFailed(again, SocketErrors.EALREADY);
        client.Tell(abort ? new Sock.Abort() : new Sock.Close());
        client.ExpectClosed(abort ? CloseReason.Aborted : CloseReason.Requested);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Time_out_that_is_not_positive_is_refused_and_the_socket_goes_on(int milliseconds)
    {
        var (listener, local) = Listening(Transport.Tcp4.Any());
        var client = Open(Family.Inet, SocketKind.Stream);
        var connect = new Sock.Connect(local, TimeSpan.FromMilliseconds(milliseconds));
        client.Tell(connect);
        client.ExpectFailed(connect, SocketErrors.EINVAL);
        client.Tell(new Sock.Connect(local, TimeSpan.MaxValue));
        client.Expect<Sock.Connected>();
        listener.ExpectFromNew<Sock.Accepted>(out _);
    }

    [Fact]
    public void Bound_socket_connects_from_where_it_is_bound()
    {
        var (listener, local) = Listening(Transport.Tcp4.Any());
        var client = Open(Family.Inet, SocketKind.Stream);
        client.Tell(new Sock.Bind(Transport.Tcp4.Any()));
        var bound = client.Expect<Sock.Bound>().Local;
        client.Tell(new Sock.Connect(local));
        Assert.Equal(bound, client.Expect<Sock.Connected>().Local);
        Assert.Equal(bound, listener.ExpectFromNew<Sock.Accepted>(out _).Address);
    }

    [Fact]
    public void Bound_unix_socket_shows_its_name_to_who_accepts_it()
    {
        var (listener, local) = Listening(Transport.UnixPath.Any());
        var client = Open(Family.Unix, SocketKind.Stream);
        var name = Transport.UnixPath.Any();
        client.Tell(new Sock.Bind(name));
        client.Expect<Sock.Bound>();
        client.Tell(new Sock.Connect(local));
        client.Expect<Sock.Connected>();
        Assert.Equal(name, listener.ExpectFromNew<Sock.Accepted>(out _).Address);
    }

    [Fact]
    public void Address_of_another_kind_is_refused_and_the_socket_goes_on()
    {
        var client = Open(Family.Inet, SocketKind.Stream);
        var connect = new Sock.Connect(NetAddress.Parse("udp://127.0.0.1:1"));
        client.Tell(connect);
        client.ExpectFailed(connect, SocketErrors.EPROTOTYPE);
        client.AssertQuiet();
    }

    [Fact]
    public void Missing_unix_path_fails_with_ENOENT()
    {
        var client = Open(Family.Unix, SocketKind.Stream);
        var connect = new Sock.Connect(Transport.UnixPath.Any());
        client.Tell(connect);
        client.ExpectFailed(connect, SocketErrors.ENOENT);
        Assert.Equal(SocketErrors.ENOENT, client.ExpectClosed(CloseReason.ConnectFailed).Errno);
    }

    [Theory]
    [InlineData(Family.Inet, "tcp://[::1]:1")]
    [InlineData(Family.Inet6, "tcp://127.0.0.1:1")]
    [InlineData(Family.Inet, "unix:@x")]
    [InlineData(Family.Unix, "tcp://127.0.0.1:1")]
    public void Address_of_another_family_is_refused_and_the_socket_goes_on(Family family, string address)
    {
        var client = Open(family, SocketKind.Stream);
        var connect = new Sock.Connect(NetAddress.Parse(address));
        client.Tell(connect);
        client.ExpectFailed(connect, SocketErrors.EAFNOSUPPORT);
        client.AssertQuiet();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_address_of_a_host_is_tried_in_turn(bool lastAnswers)
    {
        using var live = PlainSockets.Listener(Transport.Tcp4.Any());
        // Nobody listens at 127.0.0.2 and 127.0.0.3, so those are refused.
        var last = IPAddress.Parse(lastAnswers ? "127.0.0.1" : "127.0.0.3");
        var connector = Root(Props.Create(() => new Connector(PlainSockets.AddressOf(live, Scheme.Tcp), TestActor)));
        connector.Tell(new[] { IPAddress.Parse("127.0.0.2"), last });
        Assert.Equal(lastAnswers ? 0 : SocketErrors.ECONNREFUSED, ExpectMsg<int>());
    }

    /// <summary>Stands for a resolver that found what it is told.</summary>
    private sealed class Connector(NetAddress address, IActorRef observer) : UntypedActor, IConnectHost
    {
        private readonly Socket _socket = SocketFactory.Create(Family.Inet, SocketKind.Stream, 0, Sock.Options.Default);
        private ConnectLoop? _loop;

        protected override void PostStop()
        {
            _loop?.Dispose();
            _socket.Dispose();
        }

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case IPAddress[] found:
                    _loop = new ConnectLoop(Context, this, address, Sock.Options.Default, TimeSpan.FromSeconds(5), _socket);
                    _loop.On(new ConnectLoop.Resolved(_loop, found, 0));
                    break;
                case ConnectLoop.Completed completed: _loop!.On(completed); break;
                default: Unhandled(message); break;
            }
        }

        void IConnectHost.OnConnected(Socket socket) => observer.Tell(0);

        void IConnectHost.OnConnectFailed(int errno) => observer.Tell(errno);
    }
}
