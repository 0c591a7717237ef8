using System.Diagnostics;
using Akka.Actor;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Faults;

/// <summary>
/// Begins and ends faults. Each is a lease: when it runs out, or this actor ends, the fault is undone, so that who asked for it may die without leaving it behind.
/// </summary>
/// <remarks>One may be asked for ahead: all that can be looked up is looked up then, and at its time, which the delay line tells, it only has to begin.</remarks>
internal sealed class FaultsActor : UntypedActor
{
    private const int Most = 10_000;

    private static readonly TimeSpan FindTimeout = TimeSpan.FromSeconds(1);

    private readonly FaultBoard _board;
    private readonly SocketContext _sockets;
    private readonly EndpointDirectory _endpoints;
    private readonly IReadOnlyList<FaultSpec> _fromStart;
    private int _last;

    private FaultsActor(FaultBoard board, SocketContext sockets, EndpointDirectory endpoints, IReadOnlyList<FaultSpec> fromStart) =>
        (_board, _sockets, _endpoints, _fromStart) = (board, sockets, endpoints, fromStart);

    /// <param name="fromStart">Begun with the node.</param>
    public static Props Props(FaultBoard board, SocketContext sockets, EndpointDirectory endpoints, IReadOnlyList<FaultSpec> fromStart) =>
        Produce.Props(() => new FaultsActor(board, sockets, endpoints, fromStart));

    protected override void PreStart()
    {
        Rehearsal.Begin();
        foreach (var spec in _fromStart)
            Self.Tell(new Fault.Begin(spec, Stopwatch.GetTimestamp()), ActorRefs.NoSender);
    }

    protected override void PostStop() => EndAll("removed");

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Fault.Begin begin: OnBegin(begin); break;
            case Found found: Plan(found.Begin, found.Asker, found.Actor); break;
            case Start { Fault.Ended: null } start: OnStart(start); break;
            case Start: break;
            case Missing missing: missing.Asker.Tell(new Fault.Refused($"target: there is no actor {missing.Begin.Spec.Target.Name}", Unknown: true)); break;
            case Fault.Renew renew: OnRenew(renew); break;
            case Fault.Remove remove: OnRemove(remove.Id); break;
            case Fault.RemoveAll: Sender.Tell(new Fault.Ended(EndAll("removed"))); break;
            case Due due: OnDue(due.Fault); break;
            case Later later when later.Fault.Ended is null: later.Action(); break;
            case Later: break;
            case Endpoint.Status or Endpoint.Unavailable: break; // answers to what faults asked of guards
            default: Unhandled(message); break;
        }
    }

    private void OnBegin(Fault.Begin begin)
    {
        var spec = begin.Spec;
        if (spec.Id.Length > 0 && _board.FindAlive(spec.Id) is not null)
            Refuse($"id: there is a fault {spec.Id} already", unknown: false);
        else if (_board.Active.Count + _board.Planned.Count >= Most)
            Refuse($"there are {Most} faults already", unknown: false);
        else if (spec.Target.Kind == TargetKind.Endpoint && _endpoints.Find(spec.Target.Name) is null)
            Refuse($"target: there is no endpoint {spec.Target.Name}", unknown: true);
        else if (spec.Shape is not ActorShape)
            Plan(begin, Sender, null);
        else
            Find(begin, PathOf(spec.Target));
    }

    /// <summary>An endpoint's actor is the owner of its socket.</summary>
    private string PathOf(FaultTarget target)
    {
        if (target.Kind != TargetKind.Endpoint)
            return target.Name;
        var spec = _endpoints.Find(target.Name)!.Spec;
        var owner = spec.Kind switch { EndpointKind.Datagram => "socket", EndpointKind.Dialer => "dialer", _ => "listener" };
        return $"/user/node/endpoints/{spec.ActorName}/{owner}";
    }

    private void Find(Fault.Begin begin, string path)
    {
        var asker = Sender;
        if (!path.StartsWith("/user/", StringComparison.Ordinal))
        {
            Refuse("target: an actor's path begins with /user/: see /api/supervision", unknown: false);
            return;
        }

        Context.ActorSelection(path).ResolveOne(FindTimeout).PipeTo<IActorRef>(
            Self, success: actor => new Found(begin, asker, actor), failure: _ => new Missing(begin, asker));
    }

    private void Plan(Fault.Begin begin, IActorRef asker, IActorRef? actor)
    {
        var spec = begin.Spec;
        // It may be a second one by now: looking up an actor took its time.
        if (spec.Id.Length > 0 && _board.FindAlive(spec.Id) is not null)
        {
            asker.Tell(new Fault.Refused($"id: there is a fault {spec.Id} already", Unknown: false));
            return;
        }

        if (spec.Shape is EndpointShape && _endpoints.Find(spec.Target.Name)!.Guard is null)
        {
            asker.Tell(new Fault.Refused($"target: endpoint {spec.Target.Name} has not begun", Unknown: false));
            return;
        }

        var fault = new ActiveFault(spec, spec.Id.Length > 0 ? spec.Id : NextId(), begin.AskedAt + ActiveFault.Ticks(spec.Delay));
        _board.Plan(fault);
        if (spec.Delay > TimeSpan.Zero)
            _board.Line.Tell(Self, new Start(fault, actor), fault.Planned);
        else
            OnStart(new Start(fault, actor));
        asker.Tell(new Fault.Begun(fault));
    }

    private void OnStart(Start start)
    {
        var (fault, spec) = (start.Fault, start.Fault.Spec);
        switch (spec.Shape)
        {
            case EndpointShape shape:
                var entry = _endpoints.Find(spec.Target.Name)!;
                fault.Undo = shape.Begin(new EndpointFaultContext(fault, entry, entry.Guard!, _sockets, Context));
                break;
            case ActorShape shape when start.Actor is IInternalActorRef target:
                var self = Self;
                fault.Undo = shape.Begin(new ActorFaultContext(
                    fault, target, (delay, action) => _board.Line.Tell(self, new Later(fault, action), At(delay))));
                break;
        }

        _board.Begin(fault);
        TellThem(fault);
        Announce(fault, "fault-begun", $"{spec.Target}, for {spec.Lease.TotalSeconds:0.###} s, seed {spec.Seed}");
        _board.Line.Tell(Self, new Due(fault), At(spec.Lease));
    }

    private string NextId()
    {
        string id;
        do
            id = $"f{++_last}";
        while (_board.Find(id) is not null);
        return id;
    }

    private void OnRenew(Fault.Renew renew)
    {
        if (_board.Planned.Any(fault => fault.Id == renew.Id))
        {
            Refuse($"{renew.Id} has not begun", unknown: false);
            return;
        }

        if (_board.Active.FirstOrDefault(fault => fault.Id == renew.Id) is not { } fault)
        {
            Refuse($"there is no fault {renew.Id}, or it has ended", unknown: true);
            return;
        }

        fault.Renew(renew.Lease);
        _board.Line.Tell(Self, new Due(fault), At(renew.Lease));
        Sender.Tell(new Fault.Begun(fault));
    }

    private void OnRemove(string id)
    {
        if (_board.FindAlive(id) is not { } fault)
        {
            Refuse($"there is no fault {id}, or it has ended", unknown: true);
            return;
        }

        End(fault, "removed");
        Sender.Tell(new Fault.Ended([fault]));
    }

    /// <summary>Of a lease that was renewed, an earlier end comes too soon.</summary>
    private void OnDue(ActiveFault fault)
    {
        if (fault.Ended is null && fault.Left <= TimeSpan.FromMilliseconds(1))
            End(fault, "expired");
    }

    private List<ActiveFault> EndAll(string how)
    {
        var all = _board.Active.Concat(_board.Planned).ToList();
        foreach (var fault in all)
            End(fault, how);
        return all;
    }

    private void End(ActiveFault fault, string how)
    {
        _board.Remove(fault, how);
        if (!fault.HasBegun)
            return;
        fault.Undo?.Undo();
        TellThem(fault);
        Announce(fault, "fault-ended", $"{how}: {Evidence.Of(fault)}");
    }

    /// <summary>Who is concerned looks at the board again.</summary>
    private void TellThem(ActiveFault fault)
    {
        if (fault.Spec.Shape is not (StreamShape or FrameShape or CallShape))
            return;
        var target = fault.Spec.Target;
        foreach (var record in _sockets.Connections.Open.Where(target.Covers))
            record.Outlet?.Owner.Tell(FaultsChanged.Instance, ActorRefs.NoSender);
        foreach (var entry in _endpoints.All.Where(entry => entry.Spec.Kind == EndpointKind.Datagram && entry.Guard is not null))
            Context.ActorSelection(entry.Guard!.Path / "socket").Tell(FaultsChanged.Instance, ActorRefs.NoSender);
    }

    private void Announce(ActiveFault fault, string kind, string text) => Context.System.EventStream.Publish(
        new NodeEvent(kind, fault.Spec.Target.Kind == TargetKind.Endpoint ? fault.Spec.Target.Name : null, fault.Id, $"{fault.Spec.Kind} on {text}"));

    private void Refuse(string text, bool unknown) => Sender.Tell(new Fault.Refused(text, unknown));

    private static long At(TimeSpan delay) => Stopwatch.GetTimestamp() + ActiveFault.Ticks(delay);

    private sealed record Found(Fault.Begin Begin, IActorRef Asker, IActorRef Actor) : IReapable;

    private sealed record Missing(Fault.Begin Begin, IActorRef Asker) : IReapable;

    private sealed record Start(ActiveFault Fault, IActorRef? Actor) : IReapable;

    private sealed record Due(ActiveFault Fault) : IReapable;

    private sealed record Later(ActiveFault Fault, Action Action) : IReapable;
}
