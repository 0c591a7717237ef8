using System.Buffers.Binary;
using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Sockets.Endpoints;
using Xunit;

namespace Anode.Tests.Sockets.DataPlane;

/// <summary>What the protocols of these tests have in common: they keep their connection and count its life.</summary>
internal abstract class TestProtocol(Lives lives) : IConnectionProtocol
{
    protected IConnection Connection { get; private set; } = null!;

    public virtual void OnOpen(IConnection connection)
    {
        Connection = connection;
        lives.Begin(connection.Record.Id);
    }

    public abstract int OnBytes(Slab slab, int offset, int length, out int needed);

    public virtual void OnEnd(ReadOnlySpan<byte> rest) => Connection.Close(CloseReason.PeerClosed);

    public bool OnMessage(object message) => false;

    public void OnClosing(CloseReason reason, string? text)
    {
    }

    public virtual void OnClosed(CloseReason reason, int errno) => lives.End(Connection.Record, reason);
}

/// <summary>Frames of <c>uint32 length, body</c>, sent back frame by frame; says how much of a frame it waits for.</summary>
internal sealed class FrameProtocol(Lives lives) : TestProtocol(lives)
{
    public const int MaxFrame = 4 * 1024 * 1024;

    private int _awaited;

    public override int OnBytes(Slab slab, int offset, int length, out int needed)
    {
        Assert.True(length >= _awaited, $"called with {length} bytes where {_awaited} were wanted");
        var consumed = 0;
        needed = 4;
        while (length - consumed >= 4)
        {
            needed = 4 + BinaryPrimitives.ReadInt32BigEndian(slab.Buffer.AsSpan(offset + consumed));
            if (length - consumed < needed)
                break;
            var delivery = Delivery.Rent();
            delivery.Append(slab, offset + consumed, needed);
            Connection.Send(delivery);
            consumed += needed;
            needed = 0;
        }

        _awaited = needed;
        return consumed;
    }
}

/// <summary>Does with each read what the test says.</summary>
internal sealed class AdHocProtocol(Lives lives, Func<IConnection, Slab, int, int> onBytes) : TestProtocol(lives)
{
    public override int OnBytes(Slab slab, int offset, int length, out int needed)
    {
        needed = 0;
        return onBytes(Connection, slab, length);
    }
}
