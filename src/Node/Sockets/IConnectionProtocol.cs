using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>
/// What bytes mean: a policy on top of a connection, called on the turn of the actor that owns it and on no other thread.
/// The mechanism (reading, writing, ending) is the connection's.
/// </summary>
internal interface IConnectionProtocol
{
    /// <summary>How many bytes may be read now; after it has grown from 0, <see cref="IConnection.ResumeReading"/> must be called.</summary>
    long ReadAllowance => long.MaxValue;

    /// <summary>
    /// True where those who feed the connection are bounded by themselves: then a peer that does not read slows them, and is never
    /// closed as a slow consumer.
    /// </summary>
    bool WaitsForPeer => false;

    /// <summary>How its frames are told apart from outside; null: they are not.</summary>
    IFrameCutter? Frames => null;

    /// <summary>
    /// True where TLS comes second, as in NATS: what <see cref="OnOpen"/> sends goes in clear, and then the handshake begins. Otherwise the protocol
    /// hears nothing of a connection before its handshake is over, and nothing at all where it fails.
    /// </summary>
    bool GreetsInClear => false;

    void OnOpen(IConnection connection);

    /// <summary>
    /// Bytes of the stream in a slab of this connection's. Returns how many were consumed; the rest comes again with more behind it,
    /// once it has reached <paramref name="needed"/> bytes (0: any more will do).
    /// </summary>
    int OnBytes(Slab slab, int offset, int length, out int needed);

    /// <summary>Of datagrams: all of one read have been handed over, each in a call of its own.</summary>
    void OnBatchEnd()
    {
    }

    /// <summary>The peer sends no more. What of its last bytes was not consumed comes here once more, valid during the call.</summary>
    void OnEnd(ReadOnlySpan<byte> rest);

    /// <summary>A message to the connection's actor that is not about bytes. False: not mine.</summary>
    bool OnMessage(object message);

    /// <summary>Somebody else's turn has something for this connection. True: the protocol has taken it over, and sends it when it sees fit.</summary>
    bool OnPosted(Delivery delivery) => false;

    /// <summary>All that was queued has been sent.</summary>
    void OnSent()
    {
    }

    /// <summary>
    /// Somebody above wants the connection to end in good order: how long the peer is given before. Zero: at once. Asked once.
    /// </summary>
    TimeSpan OnAskedToEnd(CloseReason reason) => TimeSpan.Zero;

    /// <summary>The connection is about to end, once: last words may still be sent.</summary>
    void OnClosing(CloseReason reason, string? text);

    /// <summary>It has ended; nothing can be sent any more. After <see cref="OnOpen"/> always called, exactly once, even after a crash.</summary>
    void OnClosed(CloseReason reason, int errno);
}

/// <summary>One protocol object for each connection.</summary>
internal delegate IConnectionProtocol ProtocolFactory();

/// <summary>What a protocol may do with its connection; valid on the actor's turn only.</summary>
internal interface IConnection
{
    IActorRef Self { get; }

    ConnectionRecord Record { get; }

    /// <summary>Who sent the message at hand.</summary>
    IActorRef Sender { get; }

    /// <summary>The door for others' turns.</summary>
    Outlet Outlet { get; }

    /// <summary>True until the first reason to end.</summary>
    bool IsOpen { get; }

    /// <summary>A datagram session: every message is one datagram and nothing is merged.</summary>
    bool IsDatagram { get; }

    /// <summary>Bytes are fed to the protocol in order; what is sent keeps its place behind what was queued before.</summary>
    void Send(Delivery delivery);

    /// <summary>As <see cref="Send"/>, but within the bound of what may be pending: false when it was turned away.</summary>
    bool TrySend(Delivery delivery);

    /// <summary>Room for what this source encodes, from its own credit; null when the node is at its bound.</summary>
    Slab? RentScratch(int bytes);

    void ResumeReading();

    /// <summary>The peer has said who it is, and the record shows it: what depends on that is looked up now.</summary>
    void Introduce()
    {
    }

    /// <summary>Its <see cref="Terminated"/> comes to <see cref="IConnectionProtocol.OnMessage"/>.</summary>
    void Watch(IActorRef actor);

    void Unwatch(IActorRef actor);

    /// <summary>Ends in good order: last words, everything queued, FIN. The first reason wins.</summary>
    void Close(CloseReason reason, string? text = null);

    /// <summary>Ends at once, with RST where there is one.</summary>
    void Abort(CloseReason reason, int errno = 0);

    /// <summary>FIN after what is queued; reading goes on.</summary>
    void ShutdownSend();

    /// <summary>
    /// A connection beside this one, dialled for it: under the same supervisor, of the same endpoint. Its protocol's <see cref="IConnectionProtocol.OnOpen"/>
    /// says that it stands; <see cref="Outward.Failed"/> comes here instead if it never will. It is not told of this connection's end while it stands: that is
    /// between the two protocols.
    /// </summary>
    void Dial(NetAddress to, ProtocolFactory protocol);

    /// <summary>A message to this connection later; <see cref="ICancelable.Cancel()"/> takes it back.</summary>
    ICancelable After(TimeSpan delay, object message);
}
