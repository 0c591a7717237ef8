using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Sockets.Endpoints;
using Xunit;

namespace Anode.Tests.Sockets.DataPlane;

/// <summary>Memory that has run out and does not come back.</summary>
public sealed class MemoryShortageTests() : GuardSpec(new SocketSettings { BufferBytes = Bound, BufferWait = TimeSpan.FromMilliseconds(300) })
{
    private const int Bound = 32 * 1024 * 1024;

    [Fact]
    public void Reader_without_memory_for_too_long_ends_with_out_of_buffers()
    {
        var (_, local) = Served(Spec(Transport.Tcp4));
        using var peer = PlainStream.Connect(local);
        AssertEchoes(peer, "before");
        AssertBuffersReturned();
        var all = Sockets.Pool.TryRent(Bound, null)!;
        peer.Send("waiting"u8);
        Assert.Contains(peer.ReceiveError(), new[] { 0, SocketErrors.ECONNRESET });
        peer.Dispose();
        Eventually(() => Assert.Equal([CloseReason.OutOfBuffers], Lives.Endings));
        all.Release();
    }
}
