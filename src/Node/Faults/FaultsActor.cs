using System.Diagnostics;
using Akka.Actor;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Faults;

/// <summary>
/// Begins and ends faults. Each is a lease: when it runs out, or this actor ends, the fault is undone, so that who asked for it may die without leaving it behind.
/// </summary>
/// <remarks>One may be asked for ahead; the delay line tells when its time has come.</remarks>
internal sealed class FaultsActor : UntypedActor
{
    private const int Most = 10_000;

    private readonly FaultBoard _board;
    private readonly ClusterCuts _cuts;
    private readonly SocketContext _sockets;
    private readonly EndpointDirectory _endpoints;
    private readonly IReadOnlyList<FaultSpec> _fromStart;
    private int _last;

    private FaultsActor(FaultRoom room, SocketContext sockets, EndpointDirectory endpoints, IReadOnlyList<FaultSpec> fromStart) =>
        (_board, _cuts, _sockets, _endpoints, _fromStart) = (room.Board, room.Cuts, sockets, endpoints, fromStart);

    /// <param name="fromStart">Begun with the node.</param>
    public static Props Props(FaultRoom room, SocketContext sockets, EndpointDirectory endpoints, IReadOnlyList<FaultSpec> fromStart) =>
        Produce.Props(() => new FaultsActor(room, sockets, endpoints, fromStart));

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
            case Start { Fault: { Ended: null } fault }: OnStart(fault); break;
            case Start: break;
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
        else if (spec.Shape is EndpointShape && _endpoints.Find(spec.Target.Name)!.Guard is null)
            Refuse($"target: endpoint {spec.Target.Name} has not begun", unknown: false);
        else if (spec.Shape is ActorShape && !PathOf(spec.Target).StartsWith("/user/", StringComparison.Ordinal))
            Refuse("target: an actor's path begins with /user/: see /api/supervision", unknown: false);
        else if (spec.Shape is ActorShape && spec.Delay == TimeSpan.Zero && Find(PathOf(spec.Target)) is null)
            Refuse($"target: there is no actor {spec.Target.Name}", unknown: true);
        else if (spec.Shape is ClusterPartition && spec.Delay == TimeSpan.Zero && _cuts.Find(spec.Target.Name) is null)
            Refuse($"target: this node's cluster has no other member {spec.Target.Name}", unknown: true);
        else
            Plan(begin);
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

    /// <summary>By its path, at once: an actor may be made anew at any moment, and what was looked up ahead would be its predecessor.</summary>
    private IInternalActorRef? Find(string path)
    {
        var root = (IInternalActorRef)((ExtendedActorSystem)Context.System).Provider.RootGuardian;
        var found = root.GetChild(path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        return found.IsNobody() ? null : (IInternalActorRef)found;
    }

    private void Plan(Fault.Begin begin)
    {
        var spec = begin.Spec;
        var fault = new ActiveFault(spec, spec.Id.Length > 0 ? spec.Id : NextId(), begin.AskedAt + ActiveFault.Ticks(spec.Delay));
        _board.Plan(fault);
        if (spec.Delay > TimeSpan.Zero)
            _board.Line.Tell(Self, new Start(fault), fault.Planned);
        else
            OnStart(fault);
        Sender.Tell(new Fault.Begun(fault));
    }

    private void OnStart(ActiveFault fault)
    {
        var spec = fault.Spec;
        switch (spec.Shape)
        {
            case EndpointShape shape when _endpoints.Find(spec.Target.Name) is { Guard: { } guard } entry:
                fault.Undo = shape.Begin(new EndpointFaultContext(fault, entry, guard, _sockets, Context));
                break;
            case EndpointShape:
                End(fault, $"there was no endpoint {spec.Target.Name}");
                return;
            case ActorShape shape when Find(PathOf(spec.Target)) is { } target:
                var self = Self;
                fault.Undo = shape.Begin(new ActorFaultContext(
                    fault, target, (delay, action) => _board.Line.Tell(self, new Later(fault, action), At(delay))));
                break;
            case ActorShape:
                End(fault, $"there was no actor {spec.Target.Name}");
                return;
            case ClusterPartition when _cuts.Find(spec.Target.Name) is { } member:
                fault.Undo = _cuts.Begin(member, fault);
                break;
            case ClusterPartition:
                End(fault, $"there was no other member {spec.Target.Name}");
                return;
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

    private sealed record Start(ActiveFault Fault) : IReapable;

    private sealed record Due(ActiveFault Fault) : IReapable;

    private sealed record Later(ActiveFault Fault, Action Action) : IReapable;
}
