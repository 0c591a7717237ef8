using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Sockets.Tls;

/// <summary>Bytes through TLS, on each driver.</summary>
public abstract class TlsStreamTests(DriverKind driver) : TlsSpec(new SocketSettings { Driver = driver })
{
    [Theory]
    [InlineData(SslProtocols.Tls12, "TLSv1.2")]
    [InlineData(SslProtocols.Tls13, "TLSv1.3")]
    public void Connection_tells_how_it_is_encrypted(SslProtocols protocol, string version)
    {
        var (_, local) = Served(Listening());
        using var peer = SecureStream.Connect(local, protocols: protocol);
        AssertEchoes(peer, "hello");
        Assert.Equal((version, peer.Stream.NegotiatedCipherSuite.ToString(), null), (OnlyRecord.Tls!.Version, OnlyRecord.Tls.Cipher, OnlyRecord.Tls.Peer));
        // The peer may have them before they are counted.
        Eventually(() => Assert.Equal((5L, 5L), (OnlyRecord.BytesIn, OnlyRecord.BytesOut)));
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, 0)]
    [InlineData(SslProtocols.Tls13, 0)]
    [InlineData(SslProtocols.Tls13, 16 * 1024)]
    public async Task Large_streams_come_back_whole_in_bounded_memory(SslProtocols protocol, int sendBuffer)
    {
        const int Bytes = 24 * 1024 * 1024;
        // Where a peer is slow its backlog is set apart after a while; here it is to wait for its reader.
        var spec = Listening() with { SlowConsumerHold = TimeSpan.FromMinutes(1), Options = Sock.Options.Default with { SendBufferBytes = sendBuffer > 0 ? sendBuffer : null } };
        var (_, local) = Served(spec);
        using var peer = SecureStream.Connect(local, protocols: protocol);
        var bytes = PlainSockets.Pattern(Bytes);
        var most = 0L;
        var reading = Blocking.Run(() => peer.Receive(Bytes));
        var random = new Random(7);
        for (var at = 0; at < Bytes;)
        {
            var count = Math.Min(Bytes - at, random.Next(1, 300_000));
            peer.Send(bytes.AsSpan(at, count));
            at += count;
            most = Math.Max(most, Sockets.Pool.RentedBytes);
        }

        Assert.Equal(bytes, await reading);
        // Four slabs of 256 KiB, one more for what is being moved, and the encrypted bytes of both ways.
        Assert.InRange(most, 0, 3 * 1024 * 1024);
        AssertBuffersReturned();
    }

    [Fact]
    public void Handshake_and_stream_in_single_bytes_are_understood()
    {
        var (_, local) = Served(Listening());
        using var peer = SecureStream.Over(SecureStream.Dial(local), between: wire => new DripStream(wire));
        AssertEchoes(peer, "drop by drop");
    }

    [Fact]
    public async Task Peer_that_ends_its_stream_gets_all_that_is_left_and_an_end_in_good_order()
    {
        var (_, local) = Served(Listening());
        using var peer = SecureStream.Connect(local);
        var bytes = PlainSockets.Pattern(300_000);
        peer.Send(bytes);
        await peer.Stream.ShutdownAsync();
        Assert.Equal(bytes, peer.ReceiveToEnd());
        Assert.Equal(0, peer.Socket.Receive(new byte[1])); // and not a reset
        AwaitEnd(CloseReason.PeerClosed);
    }

    [Fact]
    public void End_without_a_word_is_an_end_too()
    {
        var (_, local) = Served(Listening());
        using var peer = SecureStream.Connect(local);
        AssertEchoes(peer, "here");
        peer.Socket.Shutdown(SocketShutdown.Send);
        Assert.Empty(peer.ReceiveToEnd());
        AwaitEnd(CloseReason.PeerClosed);
    }

    [Fact]
    public void Reset_is_told_apart_from_an_end()
    {
        var (_, local) = Served(Listening());
        using var peer = SecureStream.Connect(local);
        AssertEchoes(peer, "here");
        peer.Socket.LingerState = new LingerOption(true, 0);
        peer.Socket.Dispose();
        AwaitEnd(CloseReason.PeerReset);
    }

    [Fact]
    public void Bytes_that_cannot_be_decrypted_end_the_connection_by_name()
    {
        var (_, local) = Served(Listening());
        using var peer = SecureStream.Connect(local);
        AssertEchoes(peer, "here");
        peer.Socket.Send([23, 3, 3, 0, 32, .. new byte[32]]);
        AwaitEnd(CloseReason.TlsError, "TLS failed");
    }

    [Fact]
    public void Stopped_endpoint_ends_its_connections_in_good_order()
    {
        var (guard, local) = Served(Listening());
        using var peer = SecureStream.Connect(local);
        AssertEchoes(peer, "here");
        Command<Endpoint.Status>(guard, new Endpoint.Stop());
        Assert.Empty(peer.ReceiveToEnd());
        AwaitEnd(CloseReason.EndpointStopped);
    }

    [Fact]
    public void Listener_crash_keeps_encrypted_connections()
    {
        var (guard, local) = Served(Listening());
        using var peer = SecureStream.Connect(local);
        AssertEchoes(peer, "before");
        Crash(Child(guard, "listener"));
        AwaitChange(Endpoint.State.Bound);
        AssertEchoes(peer, "after");
        using var second = SecureStream.Connect(local);
        AssertEchoes(second, "new");
    }

    [Fact]
    public void Crash_of_one_connection_is_a_reset_and_leaves_nothing_behind()
    {
        var (_, local) = Served(Listening());
        using var peer = SecureStream.Connect(local);
        peer.Send(Endpoints.EchoProtocol.Poison);
        Assert.ThrowsAny<IOException>(() => peer.ReceiveToEnd());
        AwaitEnd(CloseReason.Crashed);
    }

    [Fact]
    public void Idle_connections_hold_no_buffer()
    {
        var (_, local) = Served(Listening());
        var peers = Enumerable.Range(0, 20).Select(_ => Plain(SecureStream.Connect(local))).ToList();
        foreach (var peer in peers)
            AssertEchoes(peer, "once");
        AssertBuffersReturned();
    }

    [Fact]
    public async Task Many_clients_at_once_do_not_mix_their_bytes()
    {
        var clock = Stopwatch.StartNew();
        var (_, local) = Served(Listening());
        await Task.WhenAll(Enumerable.Range(1, 24).Select(client => Blocking.Run(() =>
        {
            using var peer = SecureStream.Connect(local);
            var bytes = PlainSockets.Pattern(120_000, client);
            for (var at = 0; at < bytes.Length; at += 12_000)
            {
                peer.Send(bytes.AsSpan(at, 12_000));
                Assert.Equal(bytes[at..(at + 12_000)], peer.Receive(12_000));
            }
        })));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }
}

public sealed class EpollTlsStreamTests() : TlsStreamTests(OperatingSystem.IsLinux() ? DriverKind.Epoll : DriverKind.Managed);

public sealed class ManagedTlsStreamTests() : TlsStreamTests(DriverKind.Managed);
