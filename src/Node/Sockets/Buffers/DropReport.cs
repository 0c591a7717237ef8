using Akka.Event;

namespace Anode.Sockets;

/// <summary>
/// Says what is left out at a destination under <see cref="OverflowPolicy.Drop"/>: at once when it begins, then every <see cref="Period"/> for as long as it
/// goes on, so that what is said about a flood is none itself. On the owner's turn.
/// </summary>
internal sealed class DropReport(IConnection connection, EventStream events)
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private readonly Due _due = new();
    private long _saidMessages;
    private long _saidBytes;
    private bool _waiting;

    /// <summary>A period is over; the owner passes it to <see cref="OnDue"/>.</summary>
    internal sealed class Due : IReapable;

    public void OnDropping()
    {
        if (!_waiting)
            Say();
    }

    public void OnDue()
    {
        _waiting = false;
        if (connection.Record.DroppedMessages == _saidMessages)
            connection.Outlet.Rearm();
        else
            Say();
    }

    private void Say()
    {
        var record = connection.Record;
        var (messages, bytes) = (record.DroppedMessages - _saidMessages, record.DroppedBytes - _saidBytes);
        (_saidMessages, _saidBytes) = (_saidMessages + messages, _saidBytes + bytes);
        events.Publish(new ConnectionEvents.Dropped(record, messages, bytes, record.LastDropped));
        _waiting = true;
        connection.After(Period, _due);
    }
}
