using Anode.Protocols.Relay;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Protocols.Lines;

/// <summary>A lines connection as a destination: the payload and a newline. A newline inside a payload becomes a space, or it would be two lines.</summary>
internal sealed class LinesSubscriber(IConnection connection) : RelaySubscriber(connection)
{
    private readonly bool _datagram = connection.IsDatagram;

    public override void Deliver(ref Publication message, Subscription? chosen, Feed feed)
    {
        var scratch = feed.Fanout.Scratch;
        var length = message.Payload.Length + 1;
        var room = scratch.Reserve(length);
        message.Payload.CopyTo(room);
        room[..message.Payload.Length].Replace((byte)'\n', (byte)' ');
        room[length - 1] = (byte)'\n';
        feed.Append(scratch.Slab!, scratch.Commit(length), length, merge: !_datagram);
    }

    public override void DeliverToInbox(ref Publication message, Feed feed) => Deliver(ref message, null, feed);
}
