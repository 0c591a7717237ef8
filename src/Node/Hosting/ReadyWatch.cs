using Akka.Actor;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Hosting;

/// <summary>Completes once, when every required endpoint has been bound at the same time.</summary>
internal sealed class ReadyWatch(IReadOnlyList<EndpointSpec> specs)
{
    private readonly TaskCompletionSource<IReadOnlyList<Endpoint.Status>> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What every endpoint said when all required ones were bound.</summary>
    public Task<IReadOnlyList<Endpoint.Status>> Ready => _ready.Task;

    /// <summary>
    /// Before the first endpoint can say anything: subscribed here and not on the watcher's own turn, which may come after the first bind.
    /// </summary>
    public void Start(ActorSystem system) =>
        system.EventStream.Subscribe(system.ActorOf(Produce.Props(() => new Watcher(specs, _ready)), "ready"), typeof(Endpoint.Changed));

    private sealed class Watcher(IReadOnlyList<EndpointSpec> specs, TaskCompletionSource<IReadOnlyList<Endpoint.Status>> ready) : UntypedActor
    {
        private readonly Dictionary<string, Endpoint.Status> _statuses = new(StringComparer.Ordinal);

        protected override void PreStart() => Look();

        protected override void OnReceive(object message)
        {
            if (message is not Endpoint.Changed { Status: var status })
            {
                Unhandled(message);
                return;
            }

            _statuses[status.Name] = status;
            Look();
        }

        private void Look()
        {
            if (ready.Task.IsCompleted || !specs.All(spec => !spec.Required || spec.Mobility is not null || IsBound(spec)))
                return;
            ready.TrySetResult([.. specs.Where(IsBound).Select(spec => _statuses[spec.Name])]);
            // It stays, and hears no more: what is on its way already would be a lost letter.
            Context.System.EventStream.Unsubscribe(Self);
            _statuses.Clear();
        }

        private bool IsBound(EndpointSpec spec) => _statuses.TryGetValue(spec.Name, out var status) && status.State == Endpoint.State.Bound;
    }
}
