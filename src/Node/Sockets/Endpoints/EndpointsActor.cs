using Akka.Actor;
using Akka.Event;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>
/// Supervises the guards of all declared endpoints, keeps the directory current, and drains them together. A guard that fails is made anew
/// under the same policy that it applies itself; its sockets are closed by then, so binding again is safe.
/// </summary>
internal sealed class EndpointsActor : UntypedActor, IWithTimers
{
    private readonly IReadOnlyList<EndpointSpec> _specs;
    private readonly SocketContext _sockets;
    private readonly EndpointGuard.GuardOptions _options;
    private readonly EndpointDirectory _directory;
    private readonly Dictionary<IActorRef, EndpointEntry> _guards = [];
    private readonly Dictionary<EndpointEntry, RestartPolicy> _policies = [];
    private readonly Dictionary<IActorRef, (string Name, IActorRef Asker)> _removing = [];
    private readonly HashSet<string> _draining = new(StringComparer.Ordinal);
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IActorRef? _drainAsker;

    private EndpointsActor(IReadOnlyList<EndpointSpec> specs, SocketContext sockets, EndpointGuard.GuardOptions options, EndpointDirectory directory) =>
        (_specs, _sockets, _options, _directory) = (specs, sockets, options, directory);

    public static Props Props(
        IReadOnlyList<EndpointSpec> specs, SocketContext sockets, EndpointGuard.GuardOptions options, EndpointDirectory directory) =>
        Produce.Props(() => new EndpointsActor(specs, sockets, options, directory));

    /// <summary>Set by Akka.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Stop accepting everywhere and end all connections in good order; answered by <see cref="Drained"/>.</summary>
    internal sealed record DrainAll;

    internal sealed record Drained;

    /// <summary>One more endpoint, while the node runs.</summary>
    internal sealed record Add(EndpointSpec Spec) : IReapable;

    /// <summary>Ends an endpoint that was added, at once, and forgets it; answered by <see cref="Removed"/>.</summary>
    internal sealed record Remove(string Name) : IReapable;

    /// <summary>The last of its actors has ended: its sockets are closed, and its name and address are free for another.</summary>
    internal sealed record Removed(string Name) : IReapable;

    /// <summary>Open an endpoint that moves.</summary>
    internal sealed record Take(string Name) : IReapable;

    /// <summary>Close it; answered by <see cref="Released"/> once nothing of it takes connections or datagrams any more.</summary>
    internal sealed record Release(string Name, bool AtOnce) : IReapable;

    internal sealed record Released(string Name) : IReapable;

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(Endpoint.Changed));
        foreach (var entry in _specs.Select(_directory.Declare).Where(entry => entry.Spec.Mobility is null || entry.IsTaken))
            Guard(entry);
        // Made anew, it still has those that were added meanwhile.
        var declared = _specs.Select(spec => spec.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var added in _directory.All.Where(entry => !declared.Contains(entry.Spec.Name)).ToList())
            Guard(added);
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        e =>
        {
            _log.Error(e, "{0} failed and will be made anew with its endpoint", Sender.Path.Name);
            return Directive.Stop;
        },
        loggingEnabled: false);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Endpoint.Changed { Status: var status }: OnChanged(status); break;
            case Terminated { ActorRef: var guard }: OnGuardEnded(guard); break;
            case GuardAgain { Entry: var entry }: Guard(entry); break;
            case Add add when _drainAsker is null: Guard(_directory.Declare(add.Spec)); break;
            case Add: break;
            case Remove remove: OnRemove(remove.Name); break;
            case Take take: OnTake(take.Name); break;
            case Release release: OnRelease(release); break;
            case DrainAll: DrainThem(); break;
            case EndpointGuard.Drained drained: OnDrained(drained.Name); break;
            default: Unhandled(message); break;
        }
    }

    private void Guard(EndpointEntry entry)
    {
        var guard = Context.ActorOf(EndpointGuard.Props(entry.Spec, _sockets, _options, entry.Counters), entry.Spec.ActorName);
        entry.Guard = guard;
        _guards[Context.Watch(guard)] = entry;
    }

    private void OnRemove(string name)
    {
        if (_directory.Find(name) is not { Guard: { } guard } entry)
        {
            Sender.Tell(new Removed(name));
            return;
        }

        _directory.Forget(name);
        _policies.Remove(entry);
        Timers.Cancel(name);
        if (_guards.Remove(guard))
        {
            _removing[guard] = (name, Sender);
            Context.Stop(guard);
        }
        else
        {
            Sender.Tell(new Removed(name)); // between two guards
        }

        OnDrained(name);
    }

    private void OnTake(string name)
    {
        if (_directory.Find(name) is not { } entry || _drainAsker is not null)
            return;
        entry.IsTaken = true;
        entry.Spec.Mobility!.IsHandedOver = false;
        if (entry.Guard is not { } guard || !_guards.ContainsKey(guard))
            Guard(entry);
        else if (entry.Status?.State == Endpoint.State.Closed)
            guard.Tell(new Endpoint.Restart());
    }

    private void OnRelease(Release release)
    {
        if (_directory.Find(release.Name) is { } entry && entry.Guard is { } guard && _guards.ContainsKey(guard))
        {
            entry.IsTaken = false;
            guard.Tell(new EndpointGuard.ReleaseEndpoint(release.AtOnce, Sender));
            return;
        }

        // Without a guard nothing of it is open; one that was about to be made anew is not wanted any more.
        Timers.Cancel(release.Name);
        if (_directory.Find(release.Name) is { } free)
            free.IsTaken = false;
        Sender.Tell(new Released(release.Name));
    }

    private void OnChanged(Endpoint.Status status)
    {
        if (_directory.Find(status.Name) is { } entry)
            entry.Status = status with { Restarts = status.Restarts + entry.GuardRestarts };
    }

    private void OnGuardEnded(IActorRef guard)
    {
        if (_removing.Remove(guard, out var removed))
            removed.Asker.Tell(new Removed(removed.Name));
        if (!_guards.Remove(guard, out var entry))
            return;
        if (_drainAsker is not null)
        {
            OnDrained(entry.Spec.Name);
            return;
        }

        if (!_policies.TryGetValue(entry, out var policy))
            _policies[entry] = policy = new RestartPolicy(_options.Restart, Random.Shared.NextDouble);
        entry.GuardRestarts = (entry.Status?.Restarts ?? 0) + 1;
        var decision = policy.OnFailure(TimeSpan.FromMilliseconds(Environment.TickCount64), crash: true);
        Context.System.EventStream.Publish(new NodeEvent("guard-restarted", entry.Spec.Name, guard.Path.Name, "the endpoint's guard ended and is made anew"));
        Timers.StartSingleTimer(entry.Spec.Name, new GuardAgain(entry), decision.Delay);
    }

    private void DrainThem()
    {
        _drainAsker = Sender;
        foreach (var (guard, entry) in _guards)
        {
            _draining.Add(entry.Spec.Name);
            guard.Tell(new EndpointGuard.DrainEndpoint());
        }

        if (_draining.Count == 0)
            Sender.Tell(new Drained());
    }

    private void OnDrained(string name)
    {
        if (_draining.Remove(name) && _draining.Count == 0)
            _drainAsker?.Tell(new Drained());
    }

    private sealed record GuardAgain(EndpointEntry Entry) : IReapable;
}
