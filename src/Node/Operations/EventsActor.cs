using System.Text;
using Akka.Actor;
using Akka.Event;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Operations;

/// <summary>Listens to what the node publishes about itself and keeps it in the <see cref="EventLog"/>.</summary>
internal sealed class EventsActor : UntypedActor
{
    private const int DropsPerSecond = 20;

    private readonly EventLog _log;
    private readonly Dictionary<string, Endpoint.Status> _last = new(StringComparer.Ordinal);

    private long _second;
    private int _saidInSecond;
    private int _unsaid;

    private EventsActor(EventLog log) => _log = log;

    public static Props Props(EventLog log) => Produce.Props(() => new EventsActor(log));

    /// <summary>
    /// By who creates it, before it creates the next: in <c>PreStart</c>, on the actor's own turn, the first events could be gone already.
    /// </summary>
    public static void Subscribe(IActorRef events, EventStream stream)
    {
        foreach (var kind in new[] { typeof(NodeEvent), typeof(Endpoint.Changed), typeof(ConnectionEvents.Opened), typeof(ConnectionEvents.Closed), typeof(ConnectionEvents.TlsRefused), typeof(ConnectionEvents.Slow), typeof(ConnectionEvents.Dropped) })
            stream.Subscribe(events, kind);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NodeEvent said: _log.Append(new LoggedEvent(0, said.At, said.Kind, said.Endpoint, said.Subject, said.Text)); break;
            case ConnectionEvents.Opened { Record: var record }: OnOpened(record); break;
            case ConnectionEvents.Closed { Record: var record }: OnClosed(record); break;
            case ConnectionEvents.TlsRefused refused: OnTlsRefused(refused); break;
            case ConnectionEvents.Slow slow: OnSlow(slow); break;
            case ConnectionEvents.Dropped dropped: OnDropped(dropped); break;
            case Endpoint.Changed { Status: var status }: OnChanged(status); break;
            default: Unhandled(message); break;
        }
    }

    private void OnOpened(ConnectionRecord record) =>
        _log.Append(Of(record, "connection-opened", record.Since, $"from {record.Remote}"));

    private void OnClosed(ConnectionRecord record)
    {
        var reason = (record.CloseReason ?? CloseReason.Crashed).Code();
        var errno = record.Errno == 0 ? "" : $" ({SocketErrors.NameOf(record.Errno)})";
        var more = record.CloseText is { } said ? $": {said}" : "";
        var text = $"{reason}{errno}{more}, {record.BytesIn} bytes in, {record.BytesOut} out";
        _log.Append(Of(record, "connection-closed", record.ClosedAt ?? DateTimeOffset.UtcNow, text) with
        {
            CloseReason = reason,
            Errno = record.Errno,
        });
    }

    private void OnTlsRefused(ConnectionEvents.TlsRefused refused) =>
        _log.Append(Of(refused.Record, "tls-handshake-failed", DateTimeOffset.UtcNow, refused.Text));

    private void OnSlow(ConnectionEvents.Slow slow) =>
        _log.Append(Of(slow.Record, "slow-consumer", DateTimeOffset.UtcNow, $"{slow.Text}; {CountOf(slow.Messages, slow.Bytes)}") with
        {
            Messages = slow.Messages,
            Bytes = slow.Bytes,
            MessageSubject = TextOf(slow.About),
        });

    /// <summary>Each connection says it every ten seconds at most; ten thousand of them must not push everything else out of the log.</summary>
    private void OnDropped(ConnectionEvents.Dropped dropped)
    {
        var second = Environment.TickCount64 / 1000;
        if (second != _second)
            (_second, _saidInSecond) = (second, 0);
        if (++_saidInSecond > DropsPerSecond)
        {
            _unsaid++;
            return;
        }

        var others = _unsaid == 0 ? "" : $"; as {_unsaid} other reports of this kind that are not listed";
        _unsaid = 0;
        _log.Append(Of(dropped.Record, "messages-dropped", DateTimeOffset.UtcNow, CountOf(dropped.Messages, dropped.Bytes) + others) with
        {
            Messages = dropped.Messages,
            Bytes = dropped.Bytes,
            MessageSubject = TextOf(dropped.About),
        });
    }

    private static string CountOf(long messages, long bytes) => $"{messages} messages of {bytes} bytes were left out";

    private static string? TextOf(byte[]? about) => about is null ? null : Encoding.UTF8.GetString(about);

    private void OnChanged(Endpoint.Status status)
    {
        _last.TryGetValue(status.Name, out var before);
        _last[status.Name] = status;
        if (before?.State == status.State && before.Restarts == status.Restarts && before.LastFailure == status.LastFailure)
            return;
        var text = status.State switch
        {
            Endpoint.State.Bound => $"bound to {status.Local}, restarts {status.Restarts}",
            Endpoint.State.Backoff or Endpoint.State.Failed => $"{status.LastFailure?.Message}; next attempt at {status.NextAttemptAt:HH:mm:ss.fff}",
            _ => $"is {status.State.ToString().ToLowerInvariant()}",
        };
        _log.Append(new LoggedEvent(0, DateTimeOffset.UtcNow, "endpoint-changed", status.Name, status.State.ToString(), text)
        {
            State = status.State.ToString(),
            Restarts = status.Restarts,
            LastFailure = ApiFailure.Of(status.LastFailure),
        });
    }

    private static LoggedEvent Of(ConnectionRecord record, string kind, DateTimeOffset at, string text) =>
        new(0, at, kind, record.Endpoint, record.Actor?.Name, text)
        {
            Connection = record.Id,
            Remote = record.Remote.ToString(),
        };
}
