using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text;

namespace Anode.Protocols.Relay;

/// <summary>
/// The inboxes of this node's connections: <c>_inbox.&lt;node&gt;.&lt;connection&gt;.…</c> names its receiver, so answers need neither a subscription nor the
/// index.
/// </summary>
internal sealed class Inboxes(string node)
{
    private readonly ConcurrentDictionary<long, RelaySubscriber> _byConnection = new();
    private readonly byte[] _prefix = Encoding.UTF8.GetBytes($"_inbox.{node}.");

    public string NameOf(long connection) => $"_inbox.{node}.{connection}";

    public void Add(long connection, RelaySubscriber subscriber) => _byConnection[connection] = subscriber;

    public void Remove(long connection) => _byConnection.TryRemove(connection, out _);

    /// <summary>Whose inbox this subject is in; null when that connection is gone or elsewhere.</summary>
    public RelaySubscriber? Find(ReadOnlySpan<byte> subject)
    {
        if (!subject.StartsWith(_prefix))
            return null;
        var rest = subject[_prefix.Length..];
        return Utf8Parser.TryParse(rest, out long connection, out var consumed) && consumed < rest.Length && rest[consumed] == (byte)'.'
            && _byConnection.TryGetValue(connection, out var subscriber)
            ? subscriber
            : null;
    }
}

internal static class InboxName
{
    private static ReadOnlySpan<byte> Prefix => "_inbox."u8;

    /// <summary>Name of the node whose connection an inbox belongs to; empty when it is none.</summary>
    public static ReadOnlySpan<byte> NodeOf(ReadOnlySpan<byte> subject)
    {
        var rest = subject[Prefix.Length..];
        var dot = rest.IndexOf((byte)'.');
        return dot < 0 ? default : rest[..dot];
    }

    public static bool IsInbox(ReadOnlySpan<byte> subject) => subject.Length > 7 && subject[0] == (byte)'_' && subject.StartsWith(Prefix);
}
