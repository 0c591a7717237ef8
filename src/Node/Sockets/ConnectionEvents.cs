namespace Anode.Sockets;

/// <summary>
/// What is published about every connection and session: its begin and its end. They carry the record and not a sentence, because
/// thousands come in a second, mostly to nobody; who shows them writes the text, on its own turn.
/// </summary>
internal static class ConnectionEvents
{
    public sealed record Opened(ConnectionRecord Record);

    /// <summary>The record says why.</summary>
    public sealed record Closed(ConnectionRecord Record);
}
