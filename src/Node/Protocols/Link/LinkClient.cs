using System.Diagnostics;
using Akka.Actor;
using Anode.Mesh;
using Anode.Messages;
using Anode.Protocols.Link.Wire;
using Anode.Protocols.Native.Wire;
using Anode.Protocols.Relay;
using Anode.Sockets;

namespace Anode.Protocols.Link;

/// <summary>How one end of a link begins.</summary>
/// <param name="Dialled">We dialled, and so speak first.</param>
/// <param name="Cost">Of this link; 0: the node's own for links.</param>
/// <param name="Token">Shown to the peer, and wanted of it; empty: none.</param>
internal sealed record LinkTerms(bool Dialled, int Cost, string Token);

/// <summary>
/// One end of a link between two nodes: handshake, signs of life, the control plane's frames to and from the mesh, and messages. Runs on the turn
/// of the actor that owns the connection.
/// </summary>
/// <remarks>
/// What the node knows of the mesh is not here but with <see cref="MeshActor"/>: a link that breaks takes nothing with it but what was on its way.
/// </remarks>
internal sealed partial class LinkClient(RelayCore core, LinkTerms terms) : IConnectionProtocol
{
    private const int LongestControlFrame = 1024 * 1024;

    private static readonly TimeSpan AckAfter = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LeaveGrace = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan RoundTripEvery = TimeSpan.FromSeconds(1);

    private readonly MeshCore _mesh = core.Mesh!;
    private IConnection _connection = null!;
    private LinkSubscriber _subscriber = null!;
    private MeshLink? _link;
    private ICancelable? _timer;
    private TimeSpan? _refusal;
    private TimeSpan _interval;
    private long _heardBytes;
    private long _tickedAt;
    private long _probedAt;
    private int _silent;

    public void OnOpen(IConnection connection)
    {
        _connection = connection;
        _subscriber = new LinkSubscriber(connection);
        _interval = _mesh.Settings.ProbeInterval;
        _normal = new Inflow(this, counts: true);
        _bulkIn = new Inflow(this, counts: false);
        _timer = connection.After(_mesh.Settings.Handshake, Tick.Handshake);
        if (terms.Dialled)
            SendHello(LinkKind.Hello);
    }

    public int OnBytes(Slab slab, int offset, int length, out int needed)
    {
        var consumed = _normal.Read(slab, offset, length, out needed);
        EndTurn();
        return consumed;
    }

    public void OnEnd(ReadOnlySpan<byte> rest) => _connection.Close(CloseReason.PeerClosed);

    public bool OnMessage(object message)
    {
        switch (message)
        {
            case Tick tick when tick == Tick.Handshake: OnHandshakeTimeout(); return true;
            case Tick tick when tick == Tick.Ack: OnAckDue(); return true;
            case Tick: OnBeat(); return true;
            case MeshActor.EndLink end: Refuse(CloseReason.Replaced, end.Text, end.StayAway); return true;
            case GetSubscriptions: _connection.Sender.Tell(SubscriptionList.Empty, _connection.Self); return true;
            default: return false;
        }
    }

    public TimeSpan OnAskedToEnd(CloseReason reason) => reason == CloseReason.ShuttingDown && _link is not null ? LeaveGrace : TimeSpan.Zero;

    public void OnClosing(CloseReason reason, string? text)
    {
        if (reason is not (CloseReason.PeerClosed or CloseReason.PeerBye))
        {
            var code = reason.Code();
            var stay = _refusal ?? (reason == CloseReason.ShuttingDown ? _mesh.Settings.RetryAfter : null);
            Send(Err(code, text ?? code));
            Send(Bye(code, stay));
        }

        EndTurn();
    }

    public void OnClosed(CloseReason reason, int errno)
    {
        _timer?.Cancel();
        if (_link is not null)
        {
            _mesh.Counters.CountUnacknowledged(_sentBytes - _ackedBytes);
            _mesh.Actor.Tell(new MeshActor.LinkDown(_link, reason.Code()), ActorRefs.NoSender);
        }

        DropData();
        _subscriber?.Part();
    }

    /// <returns>False: the connection is about to end.</returns>
    private bool OnFrame(long kind, ReadOnlySpan<byte> body)
    {
        if (_link is null)
        {
            OnFirst(kind, body);
            return _connection.IsOpen;
        }

        var understood = true;
        switch (kind)
        {
            case (long)LinkKind.Probe: understood = OnProbe(body); break;
            case (long)LinkKind.Echo: understood = OnEcho(body); break;
            case (long)LinkKind.Ack: understood = OnAck(body); break;
            case (long)LinkKind.Receipt: understood = OnReceipt(body); break;
            case (long)LinkKind.Piece: understood = OnPiece(body); break;
            case (long)LinkKind.Record: understood = LinkReader.TryReadRecord(body, out var record) && Tell(record); break;
            case (long)LinkKind.Interest: understood = LinkReader.TryReadInterest(body, out var news) && Tell(news); break;
            case (long)LinkKind.Digest: understood = LinkReader.TryReadDigest(body, out var digests) && Tell(digests); break;
            case (long)LinkKind.Want: understood = LinkReader.TryReadWant(body, out var node) && Tell(node); break;
            case (long)Kind.Bye: OnBye(body); break;
            case (long)Kind.Err: break; // BYE follows
            default: break; // a newer node's; what it needs of us it has learnt from our capabilities
        }

        if (!understood)
            Refuse(CloseReason.BadFrame, $"a frame of kind {kind} that is not what the protocol allows");
        return _connection.IsOpen;
    }

    private void OnFirst(long kind, ReadOnlySpan<byte> body)
    {
        if (kind is (long)Kind.Err or (long)Kind.Bye)
        {
            if (kind == (long)Kind.Bye)
                OnBye(body);
            else if (BodyReader.TryReadKind(body, out var items, out _, out var at) && BodyReader.ReadErr(body, items, at, out var err).IsOk)
                _connection.Record.ClientName = $"refused us: {err!.Text}";
            return;
        }

        if (kind != (long)(terms.Dialled ? LinkKind.Welcome : LinkKind.Hello) || !LinkReader.TryReadHello(body, out var hello))
        {
            Refuse(CloseReason.BadHello, "a link begins with HELLO (kind 20), and its answer is WELCOME (kind 21)", _mesh.Settings.PermanentBackoff);
            return;
        }

        if (hello.CommonVersion is not { } version)
        {
            Refuse(
                CloseReason.BadHello, $"links of versions {hello.MinVersion} to {hello.MaxVersion} are not spoken here, {LinkHello.OldestVersion} to {LinkHello.NewestVersion} are",
                _mesh.Settings.PermanentBackoff);
            return;
        }

        var token = terms.Token.Length > 0 ? terms.Token : _mesh.Settings.Token;
        if (token.Length > 0 && !new AccessPolicy([token], []).Admits(hello.Token, null, null))
        {
            Refuse(CloseReason.Unauthorized, "the token for links is missing or wrong", _mesh.Settings.PermanentBackoff);
            return;
        }

        if (hello.Node == core.Node)
        {
            Refuse(CloseReason.BadHello, $"this node is called {core.Node} itself: names must differ", _mesh.Settings.PermanentBackoff);
            return;
        }

        if (_mesh.Settings.CertificateNamesNode && _connection.Record.Tls?.PeerNames.Contains(hello.Node) != true)
        {
            Refuse(CloseReason.Unauthorized, $"no certificate with the name {hello.Node} was shown, and links are taken from nodes with their own only", _mesh.Settings.PermanentBackoff);
            return;
        }

        _connection.Record.ClientName = hello.Node;
        _connection.Introduce();
        if (!terms.Dialled)
            SendHello(LinkKind.Welcome);
        Establish(hello, version);
    }

    private void Establish(LinkHello hello, int version)
    {
        _link = new MeshLink
        {
            Peer = hello.Node,
            PeerIncarnation = hello.Incarnation,
            Cost = Math.Max(CostHere, hello.Cost),
            Dialled = terms.Dialled,
            Version = version,
            Connection = _connection.Self,
            Outlet = _connection.Outlet,
            Record = _connection.Record,
            Subscriber = _subscriber,
        };
        _subscriber.Link = _link;
        _timer?.Cancel();
        _tickedAt = Stopwatch.GetTimestamp();
        _timer = _connection.After(_interval, Tick.Beat);
        SendProbe();
        _mesh.Actor.Tell(new MeshActor.LinkUp(_link), ActorRefs.NoSender);
    }

    private int CostHere => terms.Cost > 0 ? terms.Cost : _mesh.Settings.Cost;

    private void SendHello(LinkKind kind) => Send(LinkFrames.Hello(kind, new LinkHello(
        LinkHello.OldestVersion, LinkHello.NewestVersion, core.Node, _mesh.Incarnation, CostHere, (long)_interval.TotalMilliseconds,
        terms.Token.Length > 0 ? terms.Token : _mesh.Settings.Token, LinkHello.OwnCapabilities)));

    private void OnHandshakeTimeout()
    {
        if (_link is null)
            Refuse(CloseReason.BadHello, "the handshake was not finished in time");
    }

    /// <summary>
    /// Only received bytes are a sign of life. A tick that came late itself counts for nothing: then it was this node that stood still, and what the
    /// peer sent meanwhile lies in the kernel yet.
    /// </summary>
    private void OnBeat()
    {
        if (!_connection.IsOpen || _link is null)
            return;
        var heard = _connection.Record.BytesIn;
        var late = Stopwatch.GetElapsedTime(_tickedAt) > 2 * _interval;
        _tickedAt = Stopwatch.GetTimestamp();
        if (heard != _heardBytes)
            _silent = 0;
        else if (!late)
            _silent++;
        _heardBytes = heard;
        if (_silent >= _mesh.Settings.ProbeMisses)
        {
            // Not in good order: nothing would arrive, and the kernel would try for minutes.
            _connection.Abort(CloseReason.HeartbeatTimeout);
            return;
        }

        if (_silent > 0 || late || Stopwatch.GetElapsedTime(_probedAt) > RoundTripEvery)
            SendProbe();
        foreach (var inbound in _inbound.Values)
            inbound.Fanout.Forget();
        EndTurn();
        _timer = _connection.After(_interval, Tick.Beat);
    }

    private void SendProbe()
    {
        _probedAt = Stopwatch.GetTimestamp();
        Send(LinkFrames.Probe(LinkKind.Probe, _probedAt));
    }

    private bool OnProbe(ReadOnlySpan<byte> body)
    {
        if (!LinkReader.TryReadNumber(body, out var clock))
            return false;
        Send(LinkFrames.Probe(LinkKind.Echo, clock));
        return true;
    }

    private bool OnEcho(ReadOnlySpan<byte> body)
    {
        if (!LinkReader.TryReadNumber(body, out var clock))
            return false;
        if (clock <= Stopwatch.GetTimestamp())
            _link!.OnRoundTrip(Stopwatch.GetElapsedTime(clock));
        return true;
    }

    private void OnBye(ReadOnlySpan<byte> body)
    {
        if (BodyReader.TryReadKind(body, out var items, out _, out var at) && BodyReader.ReadBye(body, items, at, out var bye).IsOk)
            _connection.Record.RedialAfter = bye!.RetryAfterMs is > 0 and var ms ? TimeSpan.FromMilliseconds(Math.Min(ms, 600_000)) : null;
        _connection.Close(CloseReason.PeerBye);
    }

    private bool Tell(object fact)
    {
        _mesh.Actor.Tell(new MeshActor.Heard(_link!, fact), ActorRefs.NoSender);
        return true;
    }

    private void Refuse(CloseReason reason, string text, TimeSpan? stayAway = null)
    {
        (_refusal, _connection.Record.RedialAfter) = (stayAway, stayAway);
        _connection.Close(reason, text);
    }

    private void Send(byte[] frame)
    {
        var slab = Slab.Foreign(frame);
        var delivery = Delivery.Rent();
        delivery.Append(slab, 0, frame.Length, messages: 0);
        slab.Release();
        _connection.Send(delivery);
    }

    private static byte[] Err(string code, string text)
    {
        var frame = new byte[FrameWriter.SizeOfErr(code, text)];
        return frame[..FrameWriter.Err(frame, prefix: true, code, text)];
    }

    private static byte[] Bye(string code, TimeSpan? retryAfter)
    {
        var frame = new byte[FrameWriter.SizeOfBye(code)];
        return frame[..FrameWriter.Bye(frame, prefix: true, code, (long?)retryAfter?.TotalMilliseconds)];
    }

    private sealed class Tick : IReapable
    {
        public static readonly Tick Handshake = new();
        public static readonly Tick Beat = new();
        public static readonly Tick Ack = new();
    }
}
