using System.Collections.Concurrent;
using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Sockets.Endpoints;

namespace Anode.Tests.Sockets.DataPlane;

/// <summary>A relay at its smallest: what sources send goes to every destination, uncopied.</summary>
internal sealed class Fan
{
    public ConcurrentDictionary<long, Outlet> Destinations { get; } = new();

    public ConcurrentDictionary<long, CloseReason> Ended { get; } = new();
}

/// <summary>The first byte tells who it is: «S» is a source, «D» a destination, which is told «!» once it is one.</summary>
internal sealed class FanProtocol(Fan fan, Lives lives) : TestProtocol(lives)
{
    private bool _known;

    public override int OnBytes(Slab slab, int offset, int length, out int needed)
    {
        needed = 0;
        if (!_known)
        {
            _known = true;
            if (slab.Buffer[offset] == 'D')
                BecomeDestination();
            return 1;
        }

        foreach (var (_, outlet) in fan.Destinations)
        {
            var delivery = Delivery.Rent();
            delivery.Append(slab, offset, length);
            outlet.Post(delivery);
        }

        return length;
    }

    public override void OnClosed(CloseReason reason, int errno)
    {
        fan.Destinations.TryRemove(Connection.Record.Id, out _);
        fan.Ended[Connection.Record.Id] = reason;
        base.OnClosed(reason, errno);
    }

    private void BecomeDestination()
    {
        var slab = Slab.Foreign("!"u8.ToArray());
        var delivery = Delivery.Rent();
        delivery.Append(slab, 0, 1);
        slab.Release();
        fan.Destinations[Connection.Record.Id] = Connection.Outlet;
        Connection.Send(delivery);
    }
}
