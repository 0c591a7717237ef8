using Akka.Actor;
using Akka.Event;
using Anode.Messages;
using static Anode.Messages.Endpoint;
using Failure = Anode.Messages.Endpoint.Failure;
using Status = Anode.Messages.Endpoint.Status;

namespace Anode.Sockets;

/// <summary>
/// The policy of one endpoint: back-off, restart budget, state, incarnation. It never touches a socket. Its two children are the owner
/// of the socket (<c>listener</c>, <c>socket</c> or <c>dialer</c>) and the supervisor of the connections (<c>conns</c>).
/// </summary>
/// <remarks>
/// <para>Dependency: the socket's owner hands its sockets to <c>conns</c>, so when <c>conns</c> dies both are made anew; when the owner
/// dies the connections do not notice. Akka has no rest-for-one, so DeathWatch does it here.</para>
/// <para>A failed child is always stopped and created again, never restarted in place: its next incarnation begins with an empty mailbox, and
/// what the old one still had under way is reaped. When, is for <see cref="RestartPolicy"/> to say.</para>
/// </remarks>
internal sealed partial class EndpointGuard : UntypedActor
{
    private readonly EndpointSpec _spec;
    private readonly SocketContext _sockets;
    private readonly GuardOptions _options;
    private readonly EndpointCounters _counters;
    private readonly RestartPolicy _policy;
    private readonly Place _place;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IActorRef? _connections;
    private IActorRef? _owner;
    private ICancelable? _retry;
    private State _state = State.Opening;
    private NetAddress? _local;
    private Failure? _lastFailure;
    private DateTimeOffset? _nextAttemptAt;
    private int _incarnation;
    private int _restarts;
    private int _dialAttempts;
    private bool _served;
    private bool _halted;
    private bool _failureKnown;
    private NetAddress _address;
    private IActorRef? _drainAsker;

    private EndpointGuard(EndpointSpec spec, SocketContext sockets, GuardOptions options, EndpointCounters counters)
    {
        (_spec, _sockets, _options, _counters, _address) = (spec, sockets, options, counters, spec.Address);
        _policy = new RestartPolicy(options.Restart, Random.Shared.NextDouble);
        _place = sockets.Driver.Next(Context.System);
    }

    /// <summary>Policies of all endpoints.</summary>
    internal sealed record GuardOptions(RestartOptions Restart, DialOptions Dial)
    {
        public static readonly GuardOptions Default = new(RestartOptions.Default, DialOptions.Default);
    }

    public static Props Props(EndpointSpec spec, SocketContext sockets, GuardOptions options, EndpointCounters counters) =>
        Produce.Props(() => new EndpointGuard(spec, sockets, options, counters));

    /// <summary>No accepting any more; <see cref="Drained"/> once the last connection has ended.</summary>
    internal sealed record DrainEndpoint : IReapable;

    internal sealed record Drained(string Name) : IReapable;

    protected override void PreStart() => Self.Tell(Begin.Instance);

    protected override void PostStop()
    {
        _retry?.Cancel();
        // The children end first, so there is nothing left to wait for.
        ConfirmRelease();
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(OnFailure, loggingEnabled: false);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Begin when _state == State.Opening: Open(); break;
            case Begin: break; // a command was faster
            case Serving.Up up when IsCurrent(up.Incarnation): OnUp(up.Local); break;
            case Serving.CannotBind failed when IsCurrent(failed.Incarnation): OnCannotBind(failed); break;
            case Serving.Short shortage when IsCurrent(shortage.Incarnation): OnShort(shortage); break;
            case Serving.Down down when IsCurrent(down.Incarnation): OnDown(down); break;
            case Serving.Up or Serving.CannotBind or Serving.Short or Serving.Down: break; // of an earlier incarnation
            case Serving.Empty: OnEmpty(); break;
            case Terminated { ActorRef: var child }: OnTerminated(child); break;
            case Retry retry when retry.Incarnation == _incarnation && _state is State.Backoff or State.Failed: Open(); break;
            case Retry: break;
            case GetStatus: Sender.Tell(StatusNow()); break;
            case Suspend: OnSuspend(); break;
            case Resume: OnResume(); break;
            case Restart: OnRestart(); break;
            case Stop: OnStop(); break;
            case DrainEndpoint: OnDrain(); break;
            case ReleaseEndpoint release: OnRelease(release); break;
            default: Unhandled(message); break;
        }
    }

    private void Open()
    {
        if (_owner is not null)
            return; // its Terminated brings us back here
        _nextAttemptAt = null;
        _incarnation++;
        _halted = false;
        _failureKnown = false;
        _connections ??= Context.Watch(Context.ActorOf(ConnectionsProps(), "conns"));
        var (name, props) = OwnerOf(_connections);
        _owner = Context.Watch(Context.ActorOf(props, name));
        Become(_spec.Kind == EndpointKind.Dialer ? State.Opening : State.Binding);
    }

    /// <remarks>Sessions run beside the socket they share: every datagram goes through all of them.</remarks>
    private Props ConnectionsProps() => _spec.Kind == EndpointKind.Datagram
        ? _place.Of(SessionsActor.Props(_spec, _sockets, _counters, Self, _place))
        : _place.Of(ConnectionsActor.Props(_spec, _sockets, _counters, Self));

    private (string Name, Props Props) OwnerOf(IActorRef connections) => _spec.Kind switch
    {
        EndpointKind.Listener => ("listener", _place.Of(ListenerActor.Props(_spec with { Address = _address }, _incarnation, _sockets, connections, Self))),
        EndpointKind.Datagram => ("socket", _place.Of(DatagramActor.Props(_spec with { Address = _address }, _incarnation, _sockets, _counters, connections, Self))),
        _ => ("dialer", DialerActor.Props(_spec, _incarnation, _sockets.Settings, connections, Self, _options.Dial)),
    };

    private void OnUp(NetAddress? local)
    {
        _local = local;
        // «Any port» is asked for once: peers know the port it got, so every later incarnation wants that one.
        if (_spec.Kind != EndpointKind.Dialer && _address.Port == 0 && local is not null)
            _address = _address.WithPort(local.Port);
        _served = true;
        _nextAttemptAt = null;
        _dialAttempts = 0;
        _policy.OnSuccess();
        Become(State.Bound);
        if (_spec.Kind != EndpointKind.Dialer)
            _log.Info("{0} is bound to {1}", _spec.Name, local);
    }

    private void OnCannotBind(Serving.CannotBind failed)
    {
        Note(failed.Errno, SocketErrors.NameOf(failed.Errno), failed.Text);
        _log.Warning("{0} cannot be bound: {1}, {2}", _spec.Name, SocketErrors.NameOf(failed.Errno), failed.Text);
    }

    private void OnShort(Serving.Short shortage)
    {
        Note(shortage.Errno, SocketErrors.NameOf(shortage.Errno), SocketErrors.TextOf(shortage.Errno));
        _failureKnown = false; // the listener lives; this is not why it may end later
        _log.Warning("{0} cannot accept: {1}; trying again in {2} ms", _spec.Name, SocketErrors.NameOf(shortage.Errno), shortage.Pause.TotalMilliseconds);
        Context.System.EventStream.Publish(new NodeEvent("accept-shortage", _spec.Name, "listener", SocketErrors.TextOf(shortage.Errno)));
        Publish();
    }

    private void OnDown(Serving.Down down)
    {
        Note(down.Errno, down.Errno == 0 ? "" : SocketErrors.NameOf(down.Errno), down.Text);
        _failureKnown = false;
        (_dialAttempts, _nextAttemptAt, _local) = (down.Attempts, down.NextAttemptAt, null);
        if (_state is State.Opening or State.Bound or State.Backoff)
            Become(State.Backoff);
    }

    private Directive OnFailure(Exception e)
    {
        var errno = SocketErrors.ErrnoOf(e);
        Note(errno, errno == 0 ? e.GetType().Name : SocketErrors.NameOf(errno), e is EndpointLostException lost ? lost.Text : e.Message);
        _log.Warning(e, "{0}: {1} failed and will be made anew", _spec.Name, Sender.Path.Name);
        return Directive.Stop;
    }

    private void OnTerminated(IActorRef child)
    {
        if (child.Equals(_connections))
            OnConnectionsLost();
        else if (child.Equals(_owner))
            OnOwnerLost();
    }

    private void OnConnectionsLost()
    {
        _connections = null;
        OnEmpty(); // they all ended with it
        if (_owner is null || _halted)
            return; // whoever opens next makes both
        // The owner may have tried to hand over sockets nobody took, and its credit is gone: both begin anew.
        if (!_failureKnown)
            Note(0, "", "the supervisor of the connections ended");
        Context.Stop(_owner);
    }

    private void OnOwnerLost()
    {
        _owner = null;
        switch (_state)
        {
            case State.Suspended or State.Closed or State.Draining:
                ConfirmRelease();
                break;
            case State.Opening when _halted:
                Open(); // stopped by a command that wants it again
                break;
            default:
                ScheduleRetry();
                break;
        }
    }

    private void ScheduleRetry()
    {
        if (!_failureKnown)
            Note(0, "", "the owner of the socket was stopped");
        var crash = _served;
        if (crash)
            _restarts++;
        _served = false;
        _local = null;
        var decision = _policy.OnFailure(Clock, crash);
        // Only the kernel's no can be final; a crash (errno 0) is our own, and has the budget and the pause for it.
        var permanent = !crash && _lastFailure!.Errno != 0 && !SocketErrors.MayPass(_lastFailure.Errno);
        var delay = permanent ? _options.Restart.FailedRetry : decision.Delay;
        if (permanent || decision.OverBudget)
            _log.Error("{0} has failed: {1}. Next attempt in {2} s, or on command", _spec.Name, _lastFailure!.Message, (int)delay.TotalSeconds);
        if (delay == TimeSpan.Zero)
        {
            Open();
            return;
        }

        _nextAttemptAt = DateTimeOffset.UtcNow + delay;
        _retry?.Cancel();
        _retry = Context.System.Scheduler.ScheduleTellOnceCancelable(delay, Self, new Retry(_incarnation), ActorRefs.NoSender);
        Become(permanent || decision.OverBudget ? State.Failed : State.Backoff);
    }

    private void OnSuspend()
    {
        if (_state is State.Draining or State.Closed)
        {
            Refuse("cannot be suspended");
            return;
        }

        Halt();
        Become(State.Suspended);
        Sender.Tell(StatusNow());
    }

    private void OnResume()
    {
        if (_state is not (State.Suspended or State.Bound))
        {
            Refuse("cannot be resumed");
            return;
        }

        if (_state == State.Suspended)
            Reopen();
        Sender.Tell(StatusNow());
    }

    private void OnRestart()
    {
        if (_state == State.Draining)
        {
            Refuse("cannot be restarted");
            return;
        }

        if (_owner is not null && !_halted)
            _restarts++;
        _policy.Forgive();
        Halt();
        Reopen();
        Sender.Tell(StatusNow());
    }

    private void OnStop()
    {
        HaltAccepting();
        _connections?.Tell(new Serving.EndAll(CloseReason.EndpointStopped));
        Become(State.Closed);
        Sender.Tell(StatusNow());
    }

    private void OnDrain()
    {
        _drainAsker = Sender;
        HaltAccepting();
        if (_state != State.Closed)
            Become(State.Draining);
        if (_connections is null)
            OnEmpty();
        else
            _connections.Tell(new Serving.EndAll(CloseReason.ShuttingDown));
    }

    private void OnEmpty()
    {
        // Behind the sessions' last words, which are in its mailbox by now; a stop would overtake them.
        if (_state is State.Draining or State.Closed)
            _owner?.Tell(PoisonPill.Instance);
        _drainAsker?.Tell(new Drained(_spec.Name));
        _drainAsker = null;
    }

    /// <summary>Stops the socket's owner; the connections stay.</summary>
    private void Halt()
    {
        Rest();
        if (_owner is null)
            return;
        _halted = true; // what it still says is of no account
        Context.Stop(_owner);
    }

    /// <summary>As <see cref="Halt"/>; but sessions say their last words through the one socket they share, so that one stays until they have ended.</summary>
    private void HaltAccepting()
    {
        if (_spec.Kind == EndpointKind.Datagram && _connections is not null)
            Rest();
        else
            Halt();
    }

    private void Rest()
    {
        _retry?.Cancel();
        _nextAttemptAt = null;
        _local = null;
        _served = false;
    }

    private void Reopen()
    {
        Become(State.Opening);
        _connections?.Tell(new Serving.Reopened());
        Open();
    }

    private bool IsCurrent(int incarnation) => incarnation == _incarnation && !_halted;

    private void Refuse(string what) =>
        Sender.Tell(new Unavailable(_spec.Name, _state, $"endpoint {_spec.Name} is {_state} and {what}"));

    private void Note(int errno, string name, string text)
    {
        _failureKnown = true;
        _lastFailure = new Failure(errno, name, text, DateTimeOffset.UtcNow);
    }

    private void Become(State state)
    {
        _state = state;
        Publish();
    }

    private void Publish() => Context.System.EventStream.Publish(new Changed(StatusNow()));

    private Status StatusNow() => new(
        _spec.Name,
        _spec.Kind.ToString().ToLowerInvariant(),
        _spec.Protocol,
        (_local ?? _spec.Address).Family,
        _spec.Address.Kind,
        _spec.Address,
        _local,
        _state,
        _spec.Required,
        _incarnation,
        _restarts,
        _lastFailure,
        _spec.Kind == EndpointKind.Dialer ? _dialAttempts : _policy.Attempts,
        _nextAttemptAt,
        _counters.Open,
        Self.Path.ToStringWithoutAddress());

    private static TimeSpan Clock => TimeSpan.FromMilliseconds(Environment.TickCount64);

    private sealed class Begin : IReapable
    {
        public static readonly Begin Instance = new();
    }

    private sealed record Retry(int Incarnation) : IReapable;
}
