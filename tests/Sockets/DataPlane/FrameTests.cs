using System.Buffers.Binary;
using System.Net.Sockets;
using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Sockets.Endpoints;
using Xunit;

namespace Anode.Tests.Sockets.DataPlane;

/// <summary>Frames that are cut anywhere, and protocols that do unusual things in the middle of a read.</summary>
public sealed class FrameTests : GuardSpec
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Frames_of_any_size_cut_anywhere_come_out_whole(int seed)
    {
        var random = new Random(seed);
        var frames = Enumerable.Range(0, 300).Select(_ => PlainSockets.Pattern((int)Math.Pow(2, random.NextDouble() * 20), random.Next())).ToList();
        var stream = new MemoryStream();
        foreach (var frame in frames)
        {
            stream.Write(Prefix(frame.Length));
            stream.Write(frame);
        }

        var bytes = stream.ToArray();
        var (_, local) = Served(Framed(() => new FrameProtocol(Lives)));
        using var peer = PlainStream.Connect(local);
        var reading = Blocking.Run(() => peer.Receive(bytes.Length));
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(random.Next(3) == 0 ? random.Next(1, 8) : random.Next(1, 300_000), bytes.Length - at);
            peer.Send(bytes.AsSpan(at, length));
            at += length;
        }

        Assert.Equal(bytes, await reading);
        AssertBuffersReturned();
    }

    [Fact]
    public void Announced_length_alone_allocates_nothing()
    {
        var (_, local) = Served(Framed(() => new FrameProtocol(Lives)));
        var peers = Enumerable.Range(0, 20).Select(_ => Plain(PlainStream.Connect(local))).ToList();
        foreach (var peer in peers)
            peer.Send(Prefix(FrameProtocol.MaxFrame));
        Eventually(() => Assert.Equal(4L * peers.Count, Counters.BytesIn));
        Assert.True(Sockets.Pool.RentedBytes <= peers.Count * 2 * SlabPool.MinBytes, $"{Sockets.Pool.RentedBytes} bytes");
    }

    [Fact]
    public void Protocol_may_close_in_the_middle_of_a_read()
    {
        var (_, local) = Served(Framed(() => new AdHocProtocol(Lives, (c, _, length) =>
        {
            c.Close(CloseReason.BadFrame);
            return length / 2;
        })));
        for (var round = 0; round < 20; round++)
        {
            using var peer = PlainStream.Connect(local);
            peer.Send(PlainSockets.Pattern(50_000));
            Assert.Empty(peer.ReceiveToEnd());
        }

        Assert.All(Lives.Endings, reason => Assert.Equal(CloseReason.BadFrame, reason));
    }

    [Fact]
    public void Protocol_may_resume_reading_in_the_middle_of_a_read()
    {
        var (_, local) = Served(Framed(() => new AdHocProtocol(Lives, (c, slab, length) =>
        {
            c.ResumeReading();
            c.ResumeReading();
            return length;
        })));
        using var peer = PlainStream.Connect(local);
        peer.Send(PlainSockets.Pattern(1_000_000));
        peer.Socket.Shutdown(SocketShutdown.Send);
        Assert.Empty(peer.ReceiveToEnd());
        Assert.Equal(1_000_000, Counters.BytesIn);
        Eventually(() => Assert.Equal([CloseReason.PeerClosed], Lives.Endings));
    }

    [Fact]
    public void Protocol_may_abort_in_the_middle_of_a_read()
    {
        var (_, local) = Served(Framed(() => new AdHocProtocol(Lives, (c, _, length) =>
        {
            c.Abort(CloseReason.Aborted);
            return 0;
        })));
        using var peer = PlainStream.Connect(local);
        peer.Send(PlainSockets.Pattern(1000));
        Assert.Equal(SocketErrors.ECONNRESET, peer.ReceiveError());
    }

    private EndpointSpec Framed(ProtocolFactory make) => Spec(Transport.Tcp4) with { Stream = make };

    private static byte[] Prefix(int length)
    {
        var prefix = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(prefix, length);
        return prefix;
    }
}
