using System.Globalization;
using Akka.Actor;
using Anode.Mesh;
using Anode.Messages;
using Anode.Protocols.Native.Wire;
using Anode.Protocols.Relay;
using Anode.Sockets;

namespace Anode.Protocols.Native;

/// <summary>
/// One native client, on a stream or as a datagram session: HELLO first, then messages, subscriptions, receipts, heartbeats. Runs on the
/// turn of the actor that owns the connection.
/// </summary>
/// <remarks>
/// What it answers keeps its place behind what it passed on: everything gathered goes out before an answer is queued. So PONG means that
/// all before it has been applied by this node.
/// </remarks>
internal sealed partial class NativeClient(RelayCore core) : IConnectionProtocol
{
    private static readonly TimeSpan MinHeartbeat = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly MessageLimits _limits = core.Limits;
    private IConnection _connection = null!;
    private Fanout _fanout = null!;
    private NativeSubscriber? _subscriber;
    private Subscriptions? _subscriptions;
    private ReceiptWindows.Window? _receipts;
    private string? _producer;
    private ICancelable? _timer;
    private TimeSpan _heartbeat;
    private long _heardBytes;
    private int _silent;
    private int _messages;
    private bool _hasPlace;

    /// <summary>A client that publishes faster than other nodes confirm is not read until the next receipt; one that has none to wait for is.</summary>
    public long ReadAllowance => _awaitedPuts > 0 && core.Mesh!.Receipts.IsFull ? 0 : long.MaxValue;

    public IFrameCutter Frames => NativeCutter.Instance;

    public void OnOpen(IConnection connection)
    {
        _connection = connection;
        _heartbeat = _limits.Heartbeat;
        _fanout = new Fanout(core, null, connection.RentScratch);
        // Sessions have a bound of their own, and their addresses can be forged: they take nobody's place.
        if (!connection.IsDatagram && !(_hasPlace = core.Quota.TryTake()))
        {
            connection.Close(CloseReason.TooManyConnections, $"this node takes {core.Quota.Places} connections");
            return;
        }

        _timer = connection.After(_limits.HelloTimeout, Tick.Hello);
    }

    public int OnBytes(Slab slab, int offset, int length, out int needed)
    {
        needed = 0;
        if (_connection.IsDatagram)
            return OnDatagram(slab, offset, length); // its turn ends with the batch
        var consumed = OnStream(slab, offset, length, out needed);
        EndTurn();
        return consumed;
    }

    public void OnBatchEnd() => EndTurn();

    public void OnEnd(ReadOnlySpan<byte> rest) => _connection.Close(CloseReason.PeerClosed);

    public bool OnMessage(object message)
    {
        switch (message)
        {
            case Tick tick when tick == Tick.Hello: OnHelloTimeout(); return true;
            case Tick: OnBeat(); return true;
            case SubscriptionExhausted exhausted: OnExhausted(exhausted); return true;
            case PutsSettled settled: OnSettled(settled); return true;
            case GetSubscriptions: _connection.Sender.Tell(_subscriptions?.List() ?? SubscriptionList.Empty, _connection.Self); return true;
            default: return false;
        }
    }

    public void OnClosing(CloseReason reason, string? text)
    {
        Leave();
        var code = reason.Code();
        if (ErrorCode.Closes(code))
            SendErr(code, text ?? code);
        if (reason is CloseReason.ShuttingDown or CloseReason.EndpointStopped)
            SendBye(code);
        EndTurn();
    }

    public void OnClosed(CloseReason reason, int errno)
    {
        _timer?.Cancel();
        Leave();
        if (_hasPlace)
            core.Quota.Return();
        _hasPlace = false;
        _fanout?.Scratch.Release();
        _subscriber?.Part();
    }

    private int OnStream(Slab slab, int offset, int length, out int needed)
    {
        needed = 0;
        var consumed = 0;
        while (_connection.IsOpen)
        {
            var window = slab.Buffer.AsSpan(offset + consumed, length - consumed);
            switch (Framing.TryRead(window, _limits.FrameBytes, out var bodyOffset, out var bodyLength, out var total))
            {
                case FrameResult.Complete:
                    consumed += total + OnBody(slab, offset + consumed + bodyOffset, bodyLength, window.Length - total);
                    continue;
                case FrameResult.Incomplete:
                    needed = total;
                    return consumed;
                case FrameResult.Empty:
                    Refuse(CloseReason.BadFrame, "a frame of length 0");
                    break;
                default:
                    Refuse(CloseReason.FrameTooLarge, $"a frame longer than {_limits.FrameBytes} bytes");
                    break;
            }
        }

        return length;
    }

    private int OnDatagram(Slab slab, int offset, int length)
    {
        if (length == 0)
            return 0; // an empty datagram is only a sign of life
        // The reader left room for it: as a frame with its length, a datagram can be passed on to streams as it is.
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(slab.Buffer.AsSpan(offset - DatagramReader.Headroom), length);
        OnBody(slab, offset, length, behind: 0);
        return length;
    }

    /// <param name="slab">Where the body is.</param>
    /// <param name="offset">Where it begins.</param>
    /// <param name="length">Of the body.</param>
    /// <param name="behind">How many bytes have been read behind it.</param>
    /// <returns>How many of those it took as well.</returns>
    private int OnBody(Slab slab, int offset, int length, int behind)
    {
        var body = slab.Buffer.AsSpan(offset, length);
        if (!BodyReader.TryReadKind(body, out var items, out var kind, out var at))
        {
            Refuse(_subscriber is null ? CloseReason.BadHello : CloseReason.BadFrame, ParseError.NoKind.ToString());
            return 0;
        }

        if (_subscriber is null)
        {
            OnFirst(body, items, kind, at);
            return 0;
        }

        if (kind == (long)Kind.Msg)
            return OnMsg(slab, offset, body, items, at, behind);
        switch ((Kind)Math.Clamp(kind, 0, byte.MaxValue))
        {
            case Kind.Put: OnPut(body, items, at); break;
            case Kind.Sub: OnSub(body, items, at); break;
            case Kind.Unsub: OnUnsub(body, items, at); break;
            case Kind.Ping: OnPing(body, items, at); break;
            case Kind.Pong: Check(BodyReader.ReadToken(body, items, at, out _, _limits.NestingDepth)); break;
            case Kind.Bye: OnBye(body, items, at); break;
            case Kind.Hello: OnHelloAgain(body, items, at); break;
            default: OnUnknown(body, items, at, kind); break;
        }

        return 0;
    }

    private void OnFirst(ReadOnlySpan<byte> body, int items, long kind, int at)
    {
        if (kind != (long)Kind.Hello)
        {
            Refuse(CloseReason.BadHello, "the first frame must be HELLO");
            return;
        }

        var error = BodyReader.ReadHello(body, items, at, out var hello, _limits.NestingDepth);
        if (!error.IsOk || hello!.Version != Hello.CurrentVersion)
        {
            Refuse(CloseReason.BadHello, error.IsOk ? $"version {hello!.Version} is not spoken here, version {Hello.CurrentVersion} is" : error.ToString());
            return;
        }

        if (!core.Access.Admits(hello.Token, hello.User, hello.Password))
        {
            Refuse(CloseReason.Unauthorized, "token, or user and password, missing or wrong");
            return;
        }

        Welcome(hello);
    }

    private void Welcome(Hello hello)
    {
        var record = _connection.Record;
        _heartbeat = hello.HeartbeatMs is { } asked ? Clamp(TimeSpan.FromMilliseconds(Math.Min(asked, 3_600_000))) : _limits.Heartbeat;
        _subscriber = new NativeSubscriber(_connection) { Echo = hello.Echo };
        _subscriptions = new Subscriptions(core, _subscriber, record);
        _fanout = new Fanout(core, _subscriber, _connection.RentScratch);
        _producer = hello.Producer;
        record.ClientName = hello.Name;
        core.Inboxes.Add(record.Id, _subscriber);
        SendWelcome();
        _timer?.Cancel();
        _timer = _connection.After(_heartbeat, Tick.Beat);
    }

    /// <summary>
    /// On a stream one HELLO is enough. A datagram client repeats it when WELCOME was lost, or when another program took over its address:
    /// either way the session begins anew, and its WELCOME says that nothing is subscribed.
    /// </summary>
    private void OnHelloAgain(ReadOnlySpan<byte> body, int items, int at)
    {
        if (!_connection.IsDatagram)
        {
            Refuse(CloseReason.BadHello, "HELLO was said before");
            return;
        }

        Leave();
        _fanout.EndTurn();
        OnFirst(body, items, (long)Kind.Hello, at);
    }

    /// <summary>From here on nothing is routed here: a queue group must not choose who will not get it any more.</summary>
    private void Leave()
    {
        _subscriptions?.RemoveAll();
        if (_subscriber is not null)
            core.Inboxes.Remove(_connection.Record.Id);
    }

    private void OnPing(ReadOnlySpan<byte> body, int items, int at)
    {
        if (!Check(BodyReader.ReadToken(body, items, at, out var token, _limits.NestingDepth)))
            return;
        var raw = token.Of(body);
        Answer(FrameWriter.SizeOfToken(raw.Length), out var room);
        Commit(FrameWriter.Pong(room, !_connection.IsDatagram, raw));
    }

    private void OnBye(ReadOnlySpan<byte> body, int items, int at)
    {
        if (Check(BodyReader.ReadBye(body, items, at, out _, _limits.NestingDepth)))
            _connection.Close(CloseReason.PeerBye);
    }

    private void OnUnknown(ReadOnlySpan<byte> body, int items, int at, long kind)
    {
        if (!Check(BodyReader.ReadUnknown(body, items, at, _limits.NestingDepth)))
            return;
        SendErr(ErrorCode.UnknownKind, kind switch
        {
            >= Kinds.FirstOfLinks and <= Kinds.LastOfLinks => $"kind {kind} is for links between nodes",
            _ => $"kind {kind} is not one a client sends",
        });
    }

    private void OnHelloTimeout()
    {
        if (_subscriber is null)
            Refuse(CloseReason.BadHello, $"no HELLO within {_limits.HelloTimeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s");
    }

    /// <summary>Only received bytes are a sign of life; what we could send says nothing about the peer.</summary>
    private void OnBeat()
    {
        if (!_connection.IsOpen)
            return;
        var heard = _connection.Record.BytesIn;
        _silent = heard == _heardBytes ? _silent + 1 : 0;
        _heardBytes = heard;
        _fanout.Forget(); // an idle source holds nothing, and a busy one holds nobody for long who has gone
        if (_silent >= _limits.HeartbeatMisses)
        {
            Refuse(CloseReason.HeartbeatTimeout, $"nothing was heard for {_silent} heartbeats");
            return;
        }

        Answer(FrameWriter.SizeOfToken(), out var room);
        Commit(FrameWriter.Ping(room, !_connection.IsDatagram));
        EndTurn();
        _timer = _connection.After(_heartbeat, Tick.Beat);
    }

    private void OnExhausted(SubscriptionExhausted exhausted) => _subscriptions?.Forget(exhausted.Subscription);

    private void EndTurn()
    {
        if (_messages > 0)
            _connection.Record.CountMessagesIn(_messages);
        _messages = 0;
        _fanout.EndTurn();
    }

    private bool Check(ParseError error)
    {
        if (error.IsOk)
            return true;
        Refuse(CloseReason.BadFrame, error.ToString());
        return false;
    }

    private void Refuse(CloseReason reason, string text)
    {
        // What was read before the offence is still passed on.
        _fanout.Flush();
        _connection.Close(reason, text);
    }

    private void SendWelcome()
    {
        var record = _connection.Record;
        var welcome = new Welcome
        {
            Node = core.Node,
            Connection = record.Id.ToString(CultureInfo.InvariantCulture),
            Inbox = core.Inboxes.NameOf(record.Id),
            Hostname = core.HostName,
            Address = TextOf(record.Remote),
            MaxPayload = _limits.PayloadBytes,
            HeartbeatMs = (long)_heartbeat.TotalMilliseconds,
            Addresses = core.OtherDoors(),
            Epoch = record.Epoch,
        };
        Answer(FrameWriter.SizeOf(welcome), out var room);
        Commit(FrameWriter.Welcome(room, !_connection.IsDatagram, welcome));
    }

    private void SendErr(string code, string text, ulong? id = null)
    {
        Answer(FrameWriter.SizeOfErr(code, text), out var room);
        Commit(FrameWriter.Err(room, !_connection.IsDatagram, code, text, id));
    }

    private void SendBye(string reason)
    {
        var addresses = core.OtherDoors();
        Answer(FrameWriter.SizeOfBye(reason, addresses), out var room);
        Commit(FrameWriter.Bye(room, !_connection.IsDatagram, reason, (long)RetryAfter.TotalMilliseconds, addresses));
    }

    /// <summary>Room for an answer, behind everything that was gathered before it.</summary>
    private void Answer(int bytes, out Span<byte> room)
    {
        _fanout.Flush();
        room = _fanout.Scratch.Reserve(bytes);
    }

    private void Commit(int length)
    {
        var delivery = Delivery.Rent();
        delivery.Append(_fanout.Scratch.Slab!, _fanout.Scratch.Commit(length), length);
        _connection.Send(delivery);
    }

    private static TimeSpan Clamp(TimeSpan heartbeat) => heartbeat < MinHeartbeat ? MinHeartbeat : heartbeat;

    /// <summary>Clients know their address as host:port, or as a path; the carrier they know anyway.</summary>
    private static string TextOf(NetAddress address)
    {
        var text = address.ToString();
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return address.IsUnix ? address.Host : text[(colon + 3)..];
    }

    private sealed class Tick : IReapable
    {
        public static readonly Tick Hello = new();
        public static readonly Tick Beat = new();
    }
}
