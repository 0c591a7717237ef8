using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Sockets.Endpoints;
using Xunit;

namespace Anode.Tests.Sockets.DataPlane;

/// <summary>Memory that has run out, and comes back in time or does not.</summary>
public sealed class MemoryShortageTests() : GuardSpec(new SocketSettings { BufferBytes = Bound, BufferWait = TimeSpan.FromSeconds(3) })
{
    private const int Bound = 32 * 1024 * 1024;

    [Fact]
    public void Reader_waits_for_memory_and_goes_on_when_it_is_there()
    {
        var (peer, all) = WaitingForMemory();
        Eventually(() => Assert.True(Sockets.Pool.Refusals > 1));
        all.Release();
        Assert.Equal("waiting"u8.ToArray(), peer.Receive(7));
    }

    [Fact]
    public void Reader_without_memory_for_too_long_ends_with_out_of_buffers()
    {
        var (peer, all) = WaitingForMemory();
        Assert.Contains(peer.ReceiveError(), new[] { 0, SocketErrors.ECONNRESET });
        peer.Dispose();
        Eventually(() => Assert.Equal([CloseReason.OutOfBuffers], Lives.Endings));
        all.Release();
    }

    /// <summary>A peer that has said «waiting» to a node whose memory is all in these hands.</summary>
    private (PlainStream Peer, Slab All) WaitingForMemory()
    {
        var (_, local) = Served(Spec(Transport.Tcp4));
        var peer = Plain(PlainStream.Connect(local));
        AssertEchoes(peer, "before");
        AssertBuffersReturned();
        var all = Sockets.Pool.TryRent(Bound, null)!;
        peer.Send("waiting"u8);
        return (peer, all);
    }
}
