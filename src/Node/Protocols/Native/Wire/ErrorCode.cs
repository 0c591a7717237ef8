namespace Anode.Protocols.Native.Wire;

/// <summary>
/// The <c>code</c> of an ERR frame. Strings rather than an enum: a client must be able to show a code of a newer node.
/// </summary>
internal static class ErrorCode
{
    public const string BadFrame = "bad-frame";
    public const string FrameTooLarge = "frame-too-large";
    public const string BadHello = "bad-hello";
    public const string Unauthorized = "unauthorized";
    public const string TooManyConnections = "too-many-connections";
    public const string SlowConsumer = "slow-consumer";
    public const string HeartbeatTimeout = "heartbeat-timeout";
    public const string ShuttingDown = "shutting-down";

    public const string BadSubject = "bad-subject";
    public const string PayloadTooLarge = "payload-too-large";
    public const string Forbidden = "forbidden";
    public const string UnknownKind = "unknown-kind";
    public const string TooManySubscriptions = "too-many-subscriptions";
    public const string ReceiptTimeout = "receipt-timeout";

    /// <summary>True when the node closes the connection after this ERR; an unknown code does not close.</summary>
    public static bool Closes(string code) => code
        is BadFrame or FrameTooLarge or BadHello or Unauthorized
        or TooManyConnections or SlowConsumer or HeartbeatTimeout or ShuttingDown;
}
