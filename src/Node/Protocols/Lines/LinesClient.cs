using System.Text;
using Akka.Actor;
using Anode.Messages;
using Anode.Protocols.Relay;
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

    private IConnection _connection = null!;
    private Fanout _fanout = null!;
    private Subscriptions? _subscriptions;
    private byte[] _subject = [];
    private byte[]? _tail;
    private ICancelable? _idle;
    private long _heardBytes;
    private int _messages;

    public void OnOpen(IConnection connection)
    {
        _connection = connection;
        var record = connection.Record;
        var subscriber = new LinesSubscriber(connection) { Echo = settings.Echo };
        _fanout = new Fanout(core, subscriber, connection.RentScratch);
        _subject = Encoding.UTF8.GetBytes(Fill(settings.Publish));
        if (settings.Subscribe.Length > 0)
        {
            _subscriptions = new Subscriptions(core, subscriber, record);
            _subscriptions.Add(Sid, Encoding.UTF8.GetBytes(Fill(settings.Subscribe)), null, 0);
        }

        if (connection.IsDatagram)
            _idle = connection.After(IdleCheck, Tick.Instance);
    }

    public int OnBytes(Slab slab, int offset, int length, out int needed)
    {
        needed = 0;
        var bytes = slab.Buffer.AsSpan(offset, length);
        var consumed = 0;
        if (_connection.IsDatagram)
        {
            Publish(bytes.TrimEnd("\r\n"u8));
            consumed = length;
        }
        else
        {
            for (int end; (end = bytes[consumed..].IndexOf((byte)'\n')) >= 0; consumed += end + 1)
                Publish(bytes.Slice(consumed, end));
            if (length - consumed > core.Limits.LineBytes)
            {
                _connection.Close(CloseReason.FrameTooLarge, null);
                consumed = length;
            }

            // The reader keeps what is not consumed; a copy for the end of the stream is only needed then, so keep a short one.
            _tail = consumed < length ? bytes[consumed..].ToArray() : null;
        }

        EndTurn();
        return consumed;
    }

    public void OnEnd()
    {
        if (_tail is { } last)
            Publish(last);
        EndTurn();
        _connection.Close(CloseReason.PeerClosed);
    }

    public bool OnMessage(object message)
    {
        switch (message)
        {
            case Tick: OnIdleCheck(); return true;
            case SubscriptionExhausted: return true;
            default: return false;
        }
    }

    public void OnClosing(CloseReason reason, string? text)
    {
        // Lines have no words for it: the end of the stream says all.
    }

    public void OnClosed(CloseReason reason, int errno)
    {
        _idle?.Cancel();
        _subscriptions?.RemoveAll();
        _fanout?.Scratch.Release();
    }

    private TimeSpan IdleCheck => core.Limits.Heartbeat * core.Limits.HeartbeatMisses;

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

    private string Fill(string template)
    {
        var remote = _connection.Record.Remote;
        var address = remote.IsUnix ? remote.Host : $"{remote.Host}:{remote.Port}";
        return LinesSubject.Fill(template, _connection.Record.Endpoint, _connection.Record.Id, address);
    }

    private sealed class Tick : IReapable
    {
        public static readonly Tick Instance = new();
    }
}
