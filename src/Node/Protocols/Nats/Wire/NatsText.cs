using Anode.Messages;

namespace Anode.Protocols.Nats.Wire;

/// <summary>
/// What -ERR says. The words are nats-server's own where it has some, because client libraries compare them; which of them end the
/// connection stands in docs/nats.md.
/// </summary>
internal static class NatsText
{
    public const string UnknownOperation = "Unknown Protocol Operation";

    /// <summary>nats-server closes without a word here; its documentation has this text.</summary>
    public const string ParserError = "Parser Error";

    public const string ControlLineTooLong = "maximum control line exceeded";
    public const string PayloadTooLarge = "Maximum Payload Violation";
    public const string HeadersNotSupported = "message headers not supported";
    public const string NoRespondersNeedHeaders = "no responders requires headers support";
    public const string BadClientProtocol = "invalid client protocol";
    public const string InvalidSubject = "Invalid Subject";
    public const string InvalidPublishSubject = "Invalid Publish Subject";
    public const string TooManySubscriptions = "maximum subscriptions exceeded";
    public const string AuthorizationViolation = "Authorization Violation";
    public const string AuthenticationTimeout = "Authentication Timeout";

    /// <summary>For an operation that could not be read.</summary>
    public static string Of(NatsRead read) => read switch
    {
        NatsRead.ControlLineTooLong => ControlLineTooLong,
        NatsRead.PayloadTooLarge => PayloadTooLarge,
        NatsRead.HeadersNotSupported => HeadersNotSupported,
        NatsRead.BadArguments => ParserError,
        _ => UnknownOperation,
    };

    /// <summary>
    /// For a connection that ends by the node's will; null where nothing is to be said. Clients take any -ERR they do not know for the end of all
    /// things and never come back, so a node that leaves, a slow consumer and a shortage of buffers go without a word, as in nats-server.
    /// </summary>
    public static string? Of(CloseReason reason) => reason switch
    {
        CloseReason.HeartbeatTimeout => "Stale Connection",
        CloseReason.TooManyConnections => "maximum connections exceeded",
        _ => null,
    };
}
