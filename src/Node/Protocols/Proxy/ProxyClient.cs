using Akka.Actor;
using Anode.Messages;
using Anode.Protocols.Relay;
using Anode.Sockets;

namespace Anode.Protocols.Proxy;

/// <summary>The half that was accepted. It has the other one dialled, and is not read before that one stands: what its peer sends waits in the kernel.</summary>
/// <param name="to">Where the bytes go.</param>
/// <param name="quota">Places of the whole node; the half that is dialled needs none of its own.</param>
internal sealed class ProxyClient(NetAddress to, ConnectionQuota quota) : ProxyHalf
{
    private bool _hasPlace;

    public override void OnOpen(IConnection connection)
    {
        base.OnOpen(connection);
        if (!(_hasPlace = quota.TryTake()))
        {
            connection.Close(CloseReason.TooManyConnections);
            return;
        }

        var (self, outlet) = (connection.Self, connection.Outlet);
        connection.Dial(to, () => new ProxyUpstream(self, outlet));
    }

    public override bool OnMessage(object message)
    {
        switch (message)
        {
            case ProxyUpstream.Joined joined: OnJoined(joined); return true;
            case Outward.Failed failed: Connection.Abort(CloseReason.ConnectFailed, failed.Errno); return true;
            default: return base.OnMessage(message);
        }
    }

    public override void OnClosed(CloseReason reason, int errno)
    {
        base.OnClosed(reason, errno);
        if (_hasPlace)
            quota.Return();
        _hasPlace = false;
    }

    private void OnJoined(ProxyUpstream.Joined joined)
    {
        if (!Connection.IsOpen)
        {
            joined.Actor.Tell(new Torn(), ActorRefs.NoSender);
            return;
        }

        Connection.Record.OtherHalf = joined.Id;
        Join(joined.Actor, joined.Outlet);
        Connection.ResumeReading();
    }
}
