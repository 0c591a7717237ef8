using Anode.Messages;

namespace Anode.Operations.Monitoring;

/// <summary>Why a connection ended, in the words of nats-server where it has some, else in our own.</summary>
internal static class Ending
{
    public static string? Text(CloseReason? reason) => reason switch
    {
        null => null,
        CloseReason.PeerClosed or CloseReason.PeerBye => "Client Closed",
        CloseReason.PeerReset or CloseReason.SocketError or CloseReason.TimedOut => "Read Error",
        CloseReason.ShuttingDown or CloseReason.EndpointStopped => "Server Shutdown",
        CloseReason.BadFrame => "Protocol Violation",
        CloseReason.FrameTooLarge => "Maximum Message Payload Exceeded",
        CloseReason.Unauthorized => "Authentication Failure",
        CloseReason.TooManyConnections => "Maximum Connections Exceeded",
        CloseReason.SlowConsumer => "Slow Consumer (Pending Bytes)",
        CloseReason.HeartbeatTimeout => "Stale Connection",
        _ => reason.Value.Code(),
    };
}
