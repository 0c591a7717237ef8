using Anode.Protocols.Native.Wire;

namespace Anode.Cli.Client;

/// <summary>What a node sends to a client, apart from the heartbeats that the client answers by itself.</summary>
internal abstract record Incoming;

/// <summary>One message for one of the client's subscriptions, or for its inbox.</summary>
/// <param name="Sid">The subscription; 0 for the inbox.</param>
/// <param name="Subject">What it was published to.</param>
/// <param name="Payload">Owned by the message.</param>
/// <param name="Reply">Where an answer is awaited; null if nowhere.</param>
/// <param name="Headers">Encoded, see <see cref="HeaderMap"/>; empty if none.</param>
internal sealed record Delivered(long Sid, string Subject, ReadOnlyMemory<byte> Payload, string? Reply, ReadOnlyMemory<byte> Headers) : Incoming
{
    public const long InboxSid = 0;

    /// <summary>The node's own answer to a message with a reply that nobody is subscribed to.</summary>
    public bool IsNoResponders =>
        Sid == InboxSid && Payload.IsEmpty && HeaderMap.TryGet(Headers.Span, "status"u8, out var status) && status.SequenceEqual("503"u8);
}

/// <summary>A PUT has been taken.</summary>
internal sealed record Receipt(ulong Id, long Receivers) : Incoming;

/// <summary>Everything sent before the PING has been applied.</summary>
internal sealed record Ponged : Incoming
{
    public static readonly Ponged Instance = new();
}

/// <summary>The node did not do something, or ends the connection.</summary>
internal sealed record Refused(string Code, string Text) : Incoming
{
    /// <summary>The connection does not survive it.</summary>
    public bool Ends => ErrorCode.Closes(Code);

    public CommandFailure ToFailure() => CommandFailure.Failed(
        Ends ? $"the node ended the connection: {Code}: {Text}" : $"the node refused: {Code}: {Text}");
}

/// <summary>The node says good-bye.</summary>
internal sealed record Farewell(string Reason) : Incoming
{
    public CommandFailure ToFailure() => CommandFailure.Failed($"the node ended the connection: {Reason}");
}
