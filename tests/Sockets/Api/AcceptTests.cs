using Anode.Messages;
using Anode.Sockets;
using Xunit;

namespace Anode.Tests.Sockets.Api;

/// <summary>One actor for each <c>(conn, address)</c>, and none without credit.</summary>
public sealed class AcceptTests : SocketSpec
{
    [Theory]
    [InlineData(Transport.Tcp4)]
    [InlineData(Transport.Tcp6)]
    [InlineData(Transport.UnixPath)]
    [InlineData(Transport.UnixAbstract)]
    public void Accept_spawns_one_child_per_conn_address(Transport transport)
    {
        var (listener, local) = Listening(transport.Any());
        var peers = Enumerable.Range(0, 20).Select(_ => Plain(PlainStream.Connect(local))).ToList();
        var pairs = peers.Select(_ => (listener.ExpectFromNew<Sock.Accepted>(out var conn), conn)).ToList();

        Assert.Equal(20, pairs.Select(pair => pair.conn).Distinct().Count());
        Assert.Equal(20, pairs.Select(pair => pair.Item1.Conn).Distinct().Count());
        if (!local.IsUnix)
        {
            var expected = peers.Select(peer => PlainSockets.AddressOf(peer.Socket, Scheme.Tcp)).ToHashSet();
            Assert.True(expected.SetEquals(pairs.Select(pair => pair.Item1.Address)));
        }
    }

    [Theory]
    [InlineData(Transport.Tcp4)]
    [InlineData(Transport.UnixPath)]
    public void Pull_mode_accepts_nothing_without_credit_and_exactly_n_with_n(Transport transport)
    {
        var (listener, local) = Listening(transport.Any(), pull: true);
        var peers = Enumerable.Range(0, 5).Select(_ => Plain(PlainStream.Connect(local))).ToList();
        listener.AssertQuiet();

        listener.Tell(new Sock.Accept(2));
        listener.ExpectFromNew<Sock.Accepted>(out _);
        listener.ExpectFromNew<Sock.Accepted>(out _);
        listener.AssertQuiet();

        listener.Tell(new Sock.Accept());
        listener.ExpectFromNew<Sock.Accepted>(out _);
        listener.AssertQuiet();

        var none = new Sock.Accept(0);
        listener.Tell(none);
        listener.ExpectFailed(none, SocketErrors.EINVAL);
        listener.Tell(new Sock.Accept(int.MaxValue));
        listener.ExpectFromNew<Sock.Accepted>(out _);
        listener.ExpectFromNew<Sock.Accepted>(out _);
        Assert.Equal(5, peers.Count);
    }

    [Fact]
    public void Unix_peer_is_accepted_with_its_credentials()
    {
        var (listener, local) = Listening(Transport.UnixPath.Any());
        using var peer = PlainStream.Connect(local);
        var credentials = listener.ExpectFromNew<Sock.Accepted>(out _).Credentials;
        Assert.NotNull(credentials);
        Assert.Equal(Environment.ProcessId, credentials.ProcessId);
        Assert.Equal(uint.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:")).Split('\t')[1]), credentials.UserId);
    }

    [Fact]
    public void Thousand_connections_are_accepted_and_every_one_answers()
    {
        var (listener, local) = Listening(Transport.Tcp4.Any());
        for (var round = 0; round < 10; round++)
        {
            var peers = Enumerable.Range(0, 100).Select(_ => PlainStream.Connect(local)).ToList();
            var conns = peers.Select(_ =>
            {
                listener.ExpectFromNew<Sock.Accepted>(out var conn);
                return conn with { Owner = CreateTestProbe() };
            }).ToList();
            foreach (var conn in conns)
            {
                conn.Tell(new Sock.Own());
                conn.Tell(new Sock.Send("x"u8.ToArray()));
                conn.Tell(new Sock.Close());
            }

            foreach (var peer in peers)
            {
                Assert.Equal("x"u8.ToArray(), peer.ReceiveToEnd());
                peer.Dispose();
            }

            foreach (var conn in conns)
                conn.ExpectClosed(CloseReason.Requested);
        }
    }
}
