using Anode.Sockets;

namespace Anode.Protocols.Relay;

/// <summary>What one source has gathered for one destination since its last flush.</summary>
internal class Feed(Fanout fanout, RelaySubscriber subscriber)
{
    private Delivery? _delivery;

    public RelaySubscriber Subscriber => subscriber;

    /// <summary>Mark of the route being built, and this feed's place in it: finds duplicates without searching.</summary>
    public int BuildMark { get; set; }

    public int BuildIndex { get; set; }

    public Fanout Fanout => fanout;

    /// <param name="slab">Where the bytes are.</param>
    /// <param name="offset">Where they begin.</param>
    /// <param name="length">How many.</param>
    /// <param name="merge">False where each message must leave by itself, as a datagram does.</param>
    /// <param name="messages">How many messages the bytes are.</param>
    public void Append(Slab slab, int offset, int length, bool merge = true, int messages = 1)
    {
        if (_delivery is null)
        {
            _delivery = Delivery.Rent();
            _delivery.About = fanout.About;
            fanout.Touch(this);
        }

        _delivery.Append(slab, offset, length, messages, merge);
    }

    /// <summary>More of the message that was appended last.</summary>
    public void AppendMore(Slab slab, int offset, int length) => _delivery!.Append(slab, offset, length, messages: 0);

    /// <summary>Sends on what was gathered. Returns how many messages the destination turned away: none of them or all.</summary>
    public virtual int Flush()
    {
        if (_delivery is not { } delivery)
            return 0;
        _delivery = null;
        var messages = delivery.Messages;
        var taken = fanout.IsOwn(subscriber) ? subscriber.Connection.TrySend(delivery) : subscriber.Outlet.Post(delivery);
        return taken ? 0 : messages;
    }
}
