using Anode.Messages;

namespace Anode.Sockets;

/// <summary>What is published about every connection and session: its begin and its end with the reason.</summary>
internal static class ConnectionEvents
{
    public static NodeEvent Opened(ConnectionRecord record) =>
        new("connection-opened", record.Endpoint, NameOf(record), $"from {record.Remote}");

    public static NodeEvent Closed(ConnectionRecord record)
    {
        var errno = record.Errno == 0 ? "" : $" ({SocketErrors.NameOf(record.Errno)})";
        return new NodeEvent("connection-closed", record.Endpoint, NameOf(record),
            $"{(record.CloseReason ?? CloseReason.Crashed).Code()}{errno}, {record.BytesIn} bytes in, {record.BytesOut} out");
    }

    private static string NameOf(ConnectionRecord record) => record.ActorPath[(record.ActorPath.LastIndexOf('/') + 1)..];
}
