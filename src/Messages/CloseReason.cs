namespace Anode.Messages;

/// <summary>
/// Why a socket or a session ended. Every ending has exactly one, and the first one wins. Values travel on the wire and
/// stand in the API: they are extended, never renumbered.
/// </summary>
public enum CloseReason
{
    /// <summary>The owner asked with <see cref="Sock.Close"/>; everything queued was sent first.</summary>
    Requested = 0,
    /// <summary>The peer ended its stream in good order and nothing was left to send.</summary>
    PeerClosed = 1,
    /// <summary>The peer reset the connection.</summary>
    PeerReset = 2,
    /// <summary>The owner asked with <see cref="Sock.Abort"/>; the peer sees RST.</summary>
    Aborted = 3,
    /// <summary>The peer fell silent: TCP or the socket timed out.</summary>
    TimedOut = 4,
    /// <summary>Any other errno of the socket; it stands beside the reason.</summary>
    SocketError = 5,
    /// <summary><see cref="Sock.Connect"/> reached none of the addresses.</summary>
    ConnectFailed = 6,
    /// <summary>The actor that owned the socket failed.</summary>
    Crashed = 7,
    /// <summary>The actor for which the socket was opened is gone, or its node is.</summary>
    OwnerGone = 8,
    /// <summary>The endpoint was stopped or restarted by command.</summary>
    EndpointStopped = 9,
    /// <summary>The node is draining.</summary>
    ShuttingDown = 10,
    /// <summary>The node-wide buffer bound left no room for too long.</summary>
    OutOfBuffers = 11,
    /// <summary>A fault was injected that ends connections.</summary>
    Fault = 12,

    /// <summary>A frame that is not what the protocol allows.</summary>
    BadFrame = 20,
    /// <summary>A frame length above the limit.</summary>
    FrameTooLarge = 21,
    /// <summary>The first frame was not HELLO, came too late, or asked for something unknown.</summary>
    BadHello = 22,
    /// <summary>Credentials missing or wrong.</summary>
    Unauthorized = 23,
    /// <summary>The limit of connections was reached.</summary>
    TooManyConnections = 24,
    /// <summary>The peer did not read what it had asked for, beyond the pending bound or the write time-out.</summary>
    SlowConsumer = 25,
    /// <summary>No byte came for three heartbeats.</summary>
    HeartbeatTimeout = 26,
    /// <summary>The peer said BYE.</summary>
    PeerBye = 27,
    /// <summary>A datagram session ended because the same address said HELLO again; a link, because there is another to the same node.</summary>
    Replaced = 28,
    /// <summary>The TLS handshake failed or was not finished in time; a sentence beside it says why.</summary>
    TlsHandshake = 29,
    /// <summary>Bytes that could not be decrypted, or an end within a record.</summary>
    TlsError = 30,
    /// <summary>Of a proxied connection: its other half was reset, crashed or gave up, and so this one cannot be whole either.</summary>
    OtherHalfEnded = 31,
}

/// <summary>Text forms of <see cref="CloseReason"/>.</summary>
public static class CloseReasons
{
    private static readonly Dictionary<CloseReason, string> Names =
        Enum.GetValues<CloseReason>().ToDictionary(reason => reason, reason => Kebab(reason.ToString()));

    /// <summary>The reason as it stands in ERR frames, in events and in the API: <c>slow-consumer</c>.</summary>
    public static string Code(this CloseReason reason) => Names.TryGetValue(reason, out var name) ? name : "unknown";

    private static string Kebab(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) && i > 0 ? "-" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));
}
