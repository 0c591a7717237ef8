using Akka.Actor;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Operations;

/// <summary>Listens to what the node publishes about itself and keeps it in the <see cref="EventLog"/>.</summary>
internal sealed class EventsActor : UntypedActor
{
    private readonly EventLog _log;
    private readonly Dictionary<string, Endpoint.Status> _last = new(StringComparer.Ordinal);

    private EventsActor(EventLog log) => _log = log;

    public static Props Props(EventLog log) => Produce.Props(() => new EventsActor(log));

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(NodeEvent));
        Context.System.EventStream.Subscribe(Self, typeof(Endpoint.Changed));
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NodeEvent said: _log.Append(said.At, said.Kind, said.Endpoint, said.Subject, said.Text); break;
            case Endpoint.Changed { Status: var status }: OnChanged(status); break;
            default: Unhandled(message); break;
        }
    }

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
            _ => status.State.ToString().ToLowerInvariant(),
        };
        _log.Append(DateTimeOffset.UtcNow, "endpoint-changed", status.Name, status.State.ToString(), text);
    }
}
