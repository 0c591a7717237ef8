using Akka.Actor;
using Anode.Messages;
using Anode.Protocols.Nats.Wire;
using Anode.Protocols.Relay;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Protocols.Nats;

/// <summary>
/// One NATS client: INFO first, then whatever it says, heartbeats, and a notice before the node leaves. Runs on the turn of the actor that
/// owns the connection.
/// </summary>
/// <remarks>
/// What it answers keeps its place behind what it passed on, so PONG means that all before it has been applied by this node. Where no
/// credentials are asked for, CONNECT may be left out, as with nats-server: <c>nc</c> is a client.
/// </remarks>
internal sealed partial class NatsClient(RelayCore core, NatsServer server, bool wantsCertificate = false) : IConnectionProtocol
{
    private readonly MessageLimits _limits = core.Limits;
    private readonly NatsLimits _wire = new(core.Limits.PayloadBytes);
    private IConnection _connection = null!;
    private NatsSubscriber _subscriber = null!;
    private Subscriptions _subscriptions = null!;
    private Fanout _fanout = null!;
    private ConnectOptions _options = ConnectOptions.BeforeConnect;
    private ICancelable? _timer;
    private long _heardBytes;
    private int _silent;
    private int _messages;
    private bool _admitted;
    private bool _hasPlace;
    private bool _leaving;

    public IFrameCutter Frames => NatsCutter.Instance;

    /// <summary>As nats-server does it: INFO tells the client to begin TLS, so it has to come before.</summary>
    public bool GreetsInClear => true;

    public void OnOpen(IConnection connection)
    {
        _connection = connection;
        _subscriber = new NatsSubscriber(connection);
        _subscriptions = new Subscriptions(core, _subscriber, connection.Record);
        _fanout = new Fanout(core, _subscriber, connection.RentScratch);
        SendInfo();
        if (!(_hasPlace = core.Quota.TryTake()))
        {
            EndTurn();
            connection.Close(CloseReason.TooManyConnections);
            return;
        }

        _admitted = !server.AuthRequired;
        _timer = _admitted ? connection.After(_limits.Heartbeat, Tick.Beat) : connection.After(_limits.HelloTimeout, Tick.Connect);
        EndTurn();
    }

    public int OnBytes(Slab slab, int offset, int length, out int needed)
    {
        needed = 0;
        var consumed = 0;
        while (consumed < length && _connection.IsOpen)
        {
            var window = slab.Buffer.AsSpan(offset + consumed, length - consumed);
            if (TryRepeat(slab, offset + consumed, window, out var repeated))
            {
                consumed += repeated;
                continue;
            }

            if (!_admitted && (window[0] | 0x20) != 'c')
            {
                Refuse(CloseReason.Unauthorized, NatsText.AuthorizationViolation);
                break;
            }

            var read = NatsParser.TryRead(window, _wire, _options.Headers, out var op);
            if (read == NatsRead.Incomplete)
            {
                needed = op.TotalBytes;
                break;
            }

            if (read != NatsRead.Complete)
            {
                Refuse(read is NatsRead.ControlLineTooLong or NatsRead.PayloadTooLarge ? CloseReason.FrameTooLarge : CloseReason.BadFrame, NatsText.Of(read));
                break;
            }

            OnOperation(slab, offset + consumed, window, op);
            consumed += op.TotalBytes;
        }

        EndTurn();
        return _connection.IsOpen ? consumed : length;
    }

    public void OnEnd(ReadOnlySpan<byte> rest) => _connection.Close(CloseReason.PeerClosed);

    public bool OnMessage(object message)
    {
        switch (message)
        {
            case Tick tick when tick == Tick.Connect: OnConnectTimeout(); return true;
            case Tick: OnBeat(); return true;
            case SubscriptionExhausted exhausted: OnExhausted(exhausted.Subscription); return true;
            case GetSubscriptions: _connection.Sender.Tell(_subscriptions.List(_subscriber.Sids.TextOf), _connection.Self); return true;
            default: return false;
        }
    }

    /// <summary>
    /// A client that is told where else to go, and given a moment, ends what it has begun and loses nothing: INFO with <c>ldm</c>, then a grace.
    /// </summary>
    public TimeSpan OnAskedToEnd(CloseReason reason)
    {
        if (_leaving || !_admitted || server.LameDuck == TimeSpan.Zero)
            return TimeSpan.Zero;
        _leaving = true;
        SendInfo();
        EndTurn();
        return server.LameDuck;
    }

    public void OnClosing(CloseReason reason, string? text)
    {
        _subscriptions.RemoveAll();
        if ((text is not null && IsOurText(reason) ? text : NatsText.Of(reason)) is { } words)
            SendErr(words);
        EndTurn();
    }

    public void OnClosed(CloseReason reason, int errno)
    {
        _timer?.Cancel();
        _subscriptions?.RemoveAll();
        if (_hasPlace)
            core.Quota.Return();
        _hasPlace = false;
        _fanout?.Scratch.Release();
        _subscriber?.Part();
    }

    /// <summary>The reasons that <see cref="Refuse"/> gives; other texts are the node's sentences, which no NATS client knows.</summary>
    private static bool IsOurText(CloseReason reason) =>
        reason is CloseReason.BadFrame or CloseReason.FrameTooLarge or CloseReason.BadHello or CloseReason.Unauthorized;

    private void OnOperation(Slab slab, int offset, ReadOnlySpan<byte> bytes, in NatsOp op)
    {
        switch (op.Verb)
        {
            case NatsVerb.Pub or NatsVerb.HPub: OnPublish(slab, offset, bytes, op); break;
            case NatsVerb.Sub: OnSub(bytes, op); break;
            case NatsVerb.Unsub: OnUnsub(bytes, op); break;
            case NatsVerb.Ping: Say(NatsWriter.Pong); break;
            case NatsVerb.Connect: OnConnect(op.Text.Of(bytes)); break;
            case NatsVerb.Err: _fanout.Flush(); _connection.Close(CloseReason.PeerBye); break;
            default: break; // PONG, +OK, INFO: that they came is all there is to know
        }
    }

    private void OnConnect(ReadOnlySpan<byte> json)
    {
        if (!_options.TryApply(json, out var options))
        {
            Refuse(CloseReason.BadHello, NatsText.ParserError);
            return;
        }

        if (options.WantsAccount || !core.Access.Admits(options.Token, options.User, options.Password))
        {
            Refuse(CloseReason.Unauthorized, NatsText.AuthorizationViolation);
            return;
        }

        if (options.Protocol is < 0 or > 1)
        {
            Refuse(CloseReason.BadHello, NatsText.BadClientProtocol);
            return;
        }

        if (options is { NoResponders: true, Headers: false })
        {
            Refuse(CloseReason.BadHello, NatsText.NoRespondersNeedHeaders);
            return;
        }

        if (!_admitted)
        {
            _admitted = true;
            _timer?.Cancel();
            _timer = _connection.After(_limits.Heartbeat, Tick.Beat);
        }

        _options = options;
        _knownTotal = 0; // it was judged under the old ones: who wants +OK takes the long way
        _subscriber.TakesHeaders = options.Headers;
        if (_subscriber.Echo != options.Echo)
        {
            _subscriber.Echo = options.Echo;
            _fanout.Forget(); // routes were made for the other value
        }

        _connection.Record.ClientName = NameOf(options);
        _connection.Record.Identity = new ClientIdentity(options.Name, options.Language, options.Version);
        Confirm();
    }

    private static string? NameOf(ConnectOptions options)
    {
        var library = string.Join(' ', new[] { options.Language, options.Version }.Where(part => !string.IsNullOrEmpty(part)));
        return options.Name is { Length: > 0 } name ? library.Length > 0 ? $"{name} ({library})" : name : library.Length > 0 ? library : null;
    }

    private void OnConnectTimeout()
    {
        if (!_admitted)
            Refuse(CloseReason.BadHello, NatsText.AuthenticationTimeout);
    }

    /// <summary>Only received bytes are a sign of life; PING is for who has been silent.</summary>
    private void OnBeat()
    {
        if (!_connection.IsOpen)
            return;
        var heard = _connection.Record.BytesIn;
        _silent = heard == _heardBytes ? _silent + 1 : 0;
        _heardBytes = heard;
        if (_silent > _limits.HeartbeatMisses)
        {
            _connection.Close(CloseReason.HeartbeatTimeout);
            return;
        }

        _fanout.Forget(); // an idle source holds nothing, and a busy one holds nobody for long who has gone
        if (_silent > 0)
        {
            Say(NatsWriter.Ping);
            EndTurn();
        }

        _timer = _connection.After(_limits.Heartbeat, Tick.Beat);
    }

    private void OnExhausted(Subscription subscription)
    {
        _subscriptions.Forget(subscription);
        ForgetNameOf(subscription.Sid);
    }

    private void EndTurn()
    {
        if (_messages > 0)
            _connection.Record.CountMessagesIn(_messages);
        _messages = 0;
        _fanout.EndTurn();
    }

    private void Refuse(CloseReason reason, string text)
    {
        // What was read before the offence is still passed on.
        _fanout.Flush();
        _connection.Close(reason, text);
    }

    private void SendInfo()
    {
        var record = _connection.Record;
        var json = server.Info(record.Id, record.Local, record.Remote, _leaving, wantsCertificate, record.Epoch);
        Answer("INFO "u8.Length + json.Length + NatsWriter.EndOfLine.Length, out var room);
        "INFO "u8.CopyTo(room);
        json.CopyTo(room["INFO "u8.Length..]);
        NatsWriter.EndOfLine.CopyTo(room[("INFO "u8.Length + json.Length)..]);
        Commit("INFO "u8.Length + json.Length + NatsWriter.EndOfLine.Length);
    }

    /// <summary>+OK, for who asked for one after each operation.</summary>
    private void Confirm()
    {
        if (_options.Verbose)
            Say(NatsWriter.Ok);
    }

    private void Say(ReadOnlySpan<byte> words)
    {
        Answer(words.Length, out var room);
        words.CopyTo(room);
        Commit(words.Length);
    }

    private void SendErr(string text)
    {
        Answer(NatsWriter.SizeOfErr(text), out var room);
        Commit(NatsWriter.Err(room, text));
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

    private sealed class Tick : IReapable
    {
        public static readonly Tick Connect = new();
        public static readonly Tick Beat = new();
    }
}
