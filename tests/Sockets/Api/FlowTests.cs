using Anode.Messages;
using Anode.Sockets;
using Xunit;

namespace Anode.Tests.Sockets.Api;

/// <summary>Credit, bounds and receipts: nothing is unbounded, nothing is lost, nothing changes places.</summary>
public sealed class FlowTests() : SocketSpec(new SocketSettings { WriteTimeout = WriteTimeout, SlowConsumerHold = WriteTimeout / 4, Linger = WriteTimeout })
{
    private const int Megabyte = 1024 * 1024;
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData(Transport.Tcp4)]
    [InlineData(Transport.UnixAbstract)]
    public async Task Sixty_four_mebibytes_arrive_whole_and_in_order_through_a_slow_reader(Transport transport)
    {
        const int size = 64 * Megabyte, piece = 256 * 1024;
        var bytes = PlainSockets.Pattern(size);
        var (conn, peer) = Accepted(transport);
        var reading = Blocking.Run(() =>
        {
            // Small reads, each after the one before was copied: slower than any sender.
            var all = new byte[size];
            for (var at = 0; at < size; at += 8192)
                peer.Receive(8192).CopyTo(all, at);
            return all;
        });

        for (var (sent, receipts) = (0, 0); receipts < size / piece;)
        {
            for (; sent < size / piece && sent - receipts < 4; sent++)
                conn.Tell(new Sock.Send(bytes.AsMemory(sent * piece, piece), sent));
            Assert.Equal(receipts++, conn.Expect<Sock.Sent>().Receipt);
        }

        Assert.Equal(bytes, await reading);
    }

    [Fact]
    public void One_send_of_many_mebibytes_is_finished_piece_by_piece()
    {
        var bytes = PlainSockets.Pattern(16 * Megabyte);
        var (conn, peer) = Accepted(options: new Sock.Options(SendQueueBytes: bytes.Length));
        conn.Tell(new Sock.Send(bytes, 1));
        Assert.Equal(bytes, peer.Receive(bytes.Length));
        Assert.Equal(1, conn.Expect<Sock.Sent>().Receipt);
    }

    [Fact]
    public void Send_beyond_the_queue_fails_with_ENOBUFS_and_nothing_of_it_is_sent()
    {
        var (conn, peer) = Accepted(options: new Sock.Options(SendQueueBytes: 64 * 1024, SendBufferBytes: 4096));
        var piece = PlainSockets.Pattern(32 * 1024);
        var sent = 0;
        Sock.CommandFailed? refused = null;
        for (; refused is null; sent++)
        {
            conn.Tell(new Sock.Send(piece));
            conn.Tell(new Sock.GetHostName());
            refused = conn.Expect<Sock.IEvent>() as Sock.CommandFailed;
        }

        Assert.Equal(SocketErrors.ENOBUFS, refused.Errno);
        conn.Expect<Sock.HostName>();
        conn.Tell(new Sock.Shutdown());
        var received = peer.ReceiveToEnd();
        Assert.Equal((sent - 1) * piece.Length, received.Length);
        for (var at = 0; at < received.Length; at += piece.Length)
            Assert.True(received.AsSpan(at, piece.Length).SequenceEqual(piece));
    }

    [Fact]
    public void Send_larger_than_the_whole_queue_fails_with_ENOBUFS()
    {
        var (conn, peer) = Accepted(options: new Sock.Options(SendQueueBytes: 10));
        var tooLarge = new Sock.Send(new byte[11]);
        conn.Tell(tooLarge);
        conn.ExpectFailed(tooLarge, SocketErrors.ENOBUFS);
        conn.Tell(new Sock.Send(new byte[10]));
        Assert.Equal(10, peer.Receive(10).Length);
    }

    [Fact]
    public void Empty_send_is_receipted_in_its_place()
    {
        var (conn, peer) = Accepted();
        conn.Tell(new Sock.Send(ReadOnlyMemory<byte>.Empty, 1));
        Assert.Equal(1, conn.Expect<Sock.Sent>().Receipt);
        conn.Tell(new Sock.Send("a"u8.ToArray(), 2));
        conn.Tell(new Sock.Send(ReadOnlyMemory<byte>.Empty, 3));
        Assert.Equal([2L, 3], Enumerable.Range(0, 2).Select(_ => conn.Expect<Sock.Sent>().Receipt));
        conn.Tell(new Sock.Close());
        Assert.Equal("a"u8.ToArray(), peer.ReceiveToEnd());
    }

    [Fact]
    public void Many_small_sends_keep_their_order()
    {
        var (conn, peer) = Accepted();
        var bytes = PlainSockets.Pattern(100_000);
        for (var at = 0; at < bytes.Length; at += 10)
            conn.Tell(new Sock.Send(bytes.AsMemory(at, 10)));
        Assert.Equal(bytes, peer.Receive(bytes.Length));
    }

    [Fact]
    public void Without_credit_nothing_is_read_and_the_peers_send_blocks()
    {
        var (conn, peer) = Accepted();
        var sent = SendUntilBlocked(peer);
        conn.AssertQuiet();

        // What the kernel took is there, to the byte, once there is credit.
        Assert.Equal(sent, conn.Receive(sent).Length);
    }

    [Fact]
    public void Credit_is_used_to_the_byte()
    {
        var (conn, peer) = Accepted();
        var bytes = PlainSockets.Pattern(10_000);
        peer.Send(bytes);
        conn.Tell(new Sock.ReadMore(3));
        Assert.Equal(bytes[..3], conn.Expect<Sock.Received>().Bytes.ToArray());
        conn.AssertQuiet();
        Assert.Equal(bytes[3..10], conn.Receive(7));
        conn.AssertQuiet();
        Assert.Equal(bytes[10..], conn.Receive(9_990));
        var none = new Sock.ReadMore(0);
        conn.Tell(none);
        conn.ExpectFailed(none, SocketErrors.EINVAL);
        conn.Tell(new Sock.ReadMore(long.MaxValue));
        conn.Tell(new Sock.ReadMore(long.MaxValue));
        peer.Send("more"u8);
        conn.Expect<Sock.Received>();
    }

    [Fact]
    public void Idle_connection_with_credit_holds_no_buffer()
    {
        var (conn, peer) = Accepted();
        conn.Tell(new Sock.ReadMore());
        peer.Send("once"u8);
        conn.Expect<Sock.Received>();
        AssertBuffersReturned();
    }

    [Fact]
    public void Peer_that_reads_nothing_slows_the_sender_and_is_not_closed()
    {
        // The owner bounds itself by receipts and ENOBUFS, so a peer that waits is nobody's danger.
        var (conn, peer) = Accepted(options: new Sock.Options(SendQueueBytes: 16 * Megabyte));
        var bytes = PlainSockets.Pattern(16 * Megabyte);
        conn.Tell(new Sock.Send(bytes, 1));
        conn.Owner.ExpectNoMsg(WriteTimeout * 3);
        Assert.Equal(bytes, peer.Receive(bytes.Length));
        Assert.Equal(1, conn.Expect<Sock.Sent>().Receipt);
        conn.Tell(new Sock.Send("more"u8.ToArray()));
        Assert.Equal("more"u8.ToArray(), peer.Receive(4));
    }

    [Fact]
    public void Close_that_cannot_send_all_in_time_resets_the_peer_rather_than_pass_for_the_whole()
    {
        var (conn, peer) = Accepted(options: new Sock.Options(SendQueueBytes: 16 * Megabyte));
        conn.Tell(new Sock.Send(new byte[16 * Megabyte]));
        conn.Tell(new Sock.Close());
        Assert.Equal(SocketErrors.ETIMEDOUT, conn.ExpectClosed(CloseReason.Requested).Errno);
        Assert.Equal(SocketErrors.ECONNRESET, peer.ReceiveError());
    }

    private static int SendUntilBlocked(PlainStream peer)
    {
        var sent = 0;
        var piece = new byte[64 * 1024];
        peer.Socket.Blocking = false;
        while (peer.Socket.Poll(TimeSpan.FromMilliseconds(200), System.Net.Sockets.SelectMode.SelectWrite))
            sent += peer.Socket.Send(piece, System.Net.Sockets.SocketFlags.None);
        peer.Socket.Blocking = true;
        return sent;
    }
}
