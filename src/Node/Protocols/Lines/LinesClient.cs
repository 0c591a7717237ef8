using System.Text;
using Akka.Actor;
using Anode.Messages;
using Anode.Protocols.Relay;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Protocols.Lines;

/// <summary>What a lines endpoint does with its lines.</summary>
/// <param name="Publish">Template of the subject that received lines go to; empty: they are read and dropped.</param>
/// <param name="Subscribe">Template of the filter whose messages are written as lines; empty: none are.</param>
/// <param name="Echo">A connection also gets the lines it sent itself.</param>
internal sealed record LinesSettings(string Publish, string Subscribe, bool Echo);

/// <summary>
/// One program that can only open a socket: each line it sends is a message, each message on its filter is a line to it. On datagrams a
/// datagram is a line.
/// </summary>
/// <remarks>The end of its stream is the end of the connection; a last line without newline counts. Carriage returns before a newline do not.</remarks>
internal sealed class LinesClient(RelayCore core, LinesSettings settings) : IConnectionProtocol
{
    private const long Sid = 1;
    private const int CarriageReturn = 1;

    private IConnection _connection = null!;
    private Fanout _fanout = null!;
    private LinesSubscriber? _subscriber;
    private Subscriptions? _subscriptions;
    private byte[] _subject = [];
    private int _searched;
    private ICancelable? _idle;
    private long _heardBytes;
    private int _messages;
    private bool _hasPlace;

    public IFrameCutter Frames => LinesCutter.Instance;

    public void OnOpen(IConnection connection)
    {
        _connection = connection;
        var record = connection.Record;
        _subscriber = new LinesSubscriber(connection) { Echo = settings.Echo };
        _fanout = new Fanout(core, _subscriber, connection.RentScratch);
        if (!connection.IsDatagram && !(_hasPlace = core.Quota.TryTake()))
        {
            connection.Close(CloseReason.TooManyConnections);
            return;
        }

        _subject = Encoding.UTF8.GetBytes(Fill(settings.Publish));
        var filter = Encoding.UTF8.GetBytes(Fill(settings.Subscribe));
        if ((_subject.Length > 0 && !Subject.IsSubject(_subject)) || (filter.Length > 0 && !Subject.IsFilter(filter)))
        {
            // Only filled in it can have become too long: an address may have a hundred bytes.
            connection.Close(CloseReason.BadHello);
            return;
        }

        if (filter.Length > 0)
        {
            _subscriptions = new Subscriptions(core, _subscriber, record);
            _subscriptions.Add(Sid, filter, null, 0);
        }

        if (connection.IsDatagram)
            _idle = connection.After(IdleCheck, Tick.Instance);
    }

    public int OnBytes(Slab slab, int offset, int length, out int needed)
    {
        needed = 0;
        var bytes = slab.Buffer.AsSpan(offset, length);
        var consumed = length;
        if (_connection.IsDatagram)
            Publish(bytes.TrimEnd("\r\n"u8));
        else
            consumed = OnStream(bytes);
        EndTurn();
        return consumed;
    }

    public void OnEnd(ReadOnlySpan<byte> rest)
    {
        if (_connection.IsOpen && rest.Length > 0)
            Publish(rest);
        EndTurn();
        _connection.Close(CloseReason.PeerClosed);
    }

    public bool OnMessage(object message)
    {
        switch (message)
        {
            case Tick: OnIdleCheck(); return true;
            case SubscriptionExhausted: return true;
            case GetSubscriptions: _connection.Sender.Tell(_subscriptions?.List() ?? SubscriptionList.Empty, _connection.Self); return true;
            default: return false;
        }
    }

    public void OnClosing(CloseReason reason, string? text)
    {
        // Lines have no words for it: the end of the stream says all.
        _subscriptions?.RemoveAll();
    }

    public void OnClosed(CloseReason reason, int errno)
    {
        _idle?.Cancel();
        _subscriptions?.RemoveAll();
        if (_hasPlace)
            core.Quota.Return();
        _hasPlace = false;
        _fanout?.Scratch.Release();
        _subscriber?.Part();
    }

    private TimeSpan IdleCheck => core.Limits.Heartbeat * core.Limits.HeartbeatMisses;

    private int OnStream(ReadOnlySpan<byte> bytes)
    {
        var consumed = 0;
        while (_connection.IsOpen)
        {
            // What was searched with the last read, when there was less of it, has no newline.
            var end = bytes[(consumed + _searched)..].IndexOf((byte)'\n');
            if (end < 0)
            {
                _searched = bytes.Length - consumed;
                if (_searched <= core.Limits.LineBytes + CarriageReturn)
                    return consumed;
                _connection.Close(CloseReason.FrameTooLarge);
                break;
            }

            Publish(bytes.Slice(consumed, _searched + end));
            consumed += _searched + end + 1;
            _searched = 0;
        }

        return bytes.Length;
    }

    private void Publish(ReadOnlySpan<byte> line)
    {
        if (line is [.., (byte)'\r'])
            line = line[..^1];
        if (_subject.Length == 0)
            return;
        if (line.Length > core.Limits.LineBytes)
        {
            _connection.Close(CloseReason.FrameTooLarge);
            return;
        }

        var message = new Publication { Subject = _subject, Payload = line };
        _messages++;
        _fanout.Publish(ref message);
    }

    private void EndTurn()
    {
        if (_messages > 0)
            _connection.Record.CountMessagesIn(_messages);
        _messages = 0;
        _fanout.EndTurn();
    }

    /// <summary>A datagram session has no end of its own: it ends when nothing has come for three heartbeats.</summary>
    private void OnIdleCheck()
    {
        var heard = _connection.Record.BytesIn;
        if (heard == _heardBytes)
        {
            _connection.Close(CloseReason.HeartbeatTimeout);
            return;
        }

        _heardBytes = heard;
        _idle = _connection.After(IdleCheck, Tick.Instance);
    }

    private string Fill(string template) =>
        LinesSubject.Fill(template, _connection.Record.Endpoint, _connection.Record.Id, _connection.Record.Remote);

    private sealed class Tick : IReapable
    {
        public static readonly Tick Instance = new();
    }
}
