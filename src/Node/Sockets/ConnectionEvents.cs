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

    /// <summary>Its TLS handshake failed, for the reason that the text says as a sentence.</summary>
    public sealed record TlsRefused(ConnectionRecord Record, string Text);

    /// <summary>It does not read what it asked for, and is being closed; its backlog is left out.</summary>
    /// <param name="Record">Whose.</param>
    /// <param name="Text">Which bound was passed.</param>
    /// <param name="Messages">Left out: what was pending and had not begun to be sent, and what was turned away since.</param>
    /// <param name="Bytes">Of these.</param>
    /// <param name="About">What one of them was about; null when unknown.</param>
    public sealed record Slow(ConnectionRecord Record, string Text, long Messages, long Bytes, byte[]? About);

    /// <summary>It does not read what it asked for, and so much was left out since the last time this was said.</summary>
    public sealed record Dropped(ConnectionRecord Record, long Messages, long Bytes, byte[]? About);
}
