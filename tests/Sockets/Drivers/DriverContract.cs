using System.Net.Sockets;
using Akka.Actor;
using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Sockets.Endpoints;
using Xunit;

namespace Anode.Tests.Sockets.Drivers;

/// <summary>What every driver must do, in short; the whole suite runs on any of them with ANODE_TEST_DRIVER.</summary>
public abstract class DriverContract(DriverKind driver) : GuardSpec(new SocketSettings { Driver = driver })
{
    [Theory]
    [InlineData(Transport.Tcp4)]
    [InlineData(Transport.UnixPath)]
    public async Task Bytes_come_back_in_order_from_a_connection_that_often_takes_no_more(Transport transport)
    {
        // A small buffer: most sends are partial, and every second one has to wait.
        var bytes = PlainSockets.Pattern(8 * 1024 * 1024);
        var spec = Spec(transport) with { Options = Sock.Options.Default with { SendBufferBytes = 16 * 1024 } };
        var (_, local) = Served(spec);
        using var peer = PlainStream.Connect(local);
        var reading = Blocking.Run(() => peer.Receive(bytes.Length));
        peer.Send(bytes);
        Assert.Equal(bytes, await reading);
    }

    [Theory]
    [InlineData(Transport.Tcp4)]
    [InlineData(Transport.UnixAbstract)]
    public void Bytes_that_came_before_there_was_credit_are_read_when_there_is(Transport transport)
    {
        var (conn, peer) = Accepted(transport);
        peer.Send("early"u8);
        conn.AssertQuiet();
        conn.Tell(new Sock.ReadMore(3));
        Assert.Equal("ear"u8.ToArray(), conn.Expect<Sock.Received>().Bytes.ToArray());
        conn.AssertQuiet();
        conn.Tell(new Sock.ReadMore(100));
        Assert.Equal("ly"u8.ToArray(), conn.Expect<Sock.Received>().Bytes.ToArray());
        peer.Send("late"u8);
        Assert.Equal("late"u8.ToArray(), conn.Expect<Sock.Received>().Bytes.ToArray());
    }

    [Fact]
    public void End_and_reset_are_told_apart_with_bytes_before_them()
    {
        var (_, local) = Served(Spec(Transport.Tcp4));
        using (var ending = PlainStream.Connect(local))
        {
            ending.Send("bye"u8);
            ending.Socket.Shutdown(SocketShutdown.Send);
            Assert.Equal("bye"u8.ToArray(), ending.ReceiveToEnd());
        }

        using var resetting = PlainStream.Connect(local);
        AssertEchoes(resetting, "here");
        resetting.Reset();
        Eventually(() => Assert.Equal([CloseReason.PeerClosed, CloseReason.PeerReset], Lives.Endings.Order()));
    }

    [Theory]
    [InlineData(Transport.Udp4, Transport.Udp4)]
    [InlineData(Transport.Udp6, Transport.Udp6)]
    [InlineData(Transport.UnixGramPath, Transport.UnixGramAbstract)]
    public void Datagrams_of_every_size_come_back_whole_and_in_order(Transport transport, Transport own)
    {
        var (_, local) = Served(Spec(transport));
        using var peer = PlainSockets.Datagram(own.Any(), Addresses.ToEndPoint(local)!.AddressFamily);
        peer.Connect(Addresses.ToEndPoint(local)!);
        var buffer = new byte[70_000];
        peer.Send("open"u8);
        Assert.Equal("open"u8.ToArray(), buffer[..peer.Receive(buffer)]);
        foreach (var round in (int[][])[[0], [1, 2, 3, 64, 2047, 2048, 2049, 2050], [65_507], [100, 60_000, 100]])
        {
            var sent = round.Select(size => PlainSockets.Pattern(size, size + 1)).ToList();
            sent.ForEach(bytes => peer.Send(bytes));
            foreach (var bytes in sent)
                Assert.Equal(bytes, buffer[..peer.Receive(buffer)]);
        }

        AssertBuffersReturned();
    }

    [Fact]
    public void Killed_at_any_moment_nothing_is_left()
    {
        var (guard, local) = Served(Spec(Transport.Tcp4));
        for (var i = 0; i < 50; i++)
        {
            using var peer = PlainStream.Connect(local);
            AssertEchoes(peer, "hello");
            peer.Send(new byte[100_000]);
            Sys.ActorSelection(guard.Path / "conns" / "conn-*").Tell(Kill.Instance);
            Assert.NotEqual(0, peer.ReceiveError());
        }
    }
}

public sealed class ManagedDriverTests() : DriverContract(DriverKind.Managed);

/// <remarks>On Linux, where the suite runs; elsewhere «auto» is the other one.</remarks>
public sealed class EpollDriverTests() : DriverContract(DriverKind.Epoll);
