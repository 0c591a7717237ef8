using Akka.Actor;
using Akka.Event;
using Anode.Cluster.Membership;
using Anode.Cluster.Wire;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Cluster.Placement;

/// <summary>
/// Opens and closes this node's share of the endpoints that move, by the word of a director, and closes all of them without one. Owns the fence.
/// </summary>
/// <remarks>
/// Made anew, it knows nothing of what it had been granted, so it closes it and waits for a new grant.
/// </remarks>
internal sealed class HostActor : UntypedActor, IWithTimers
{
    private readonly ClusterNode _node;
    private readonly IActorRef _standby;
    private readonly HostBrain _brain;
    private readonly Fence _fence;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IActorRef? _director;
    private IActorRef? _leaveAsker;

    private HostActor(ClusterNode node, ProcessId self, IActorRef standby)
    {
        (_node, _standby, Self1) = (node, standby, self);
        var declared = node.Movable.Select(entry => new Declared(entry.Spec.Name, entry.Spec.Mobility!.Roles, entry.Spec.Mobility.Prefer)).ToList();
        _brain = new HostBrain(self.Uid, node.Settings.Node, node.Settings.Roles, node.Settings.Voter, declared, node.Times);
        var me = Self;
        _fence = new Fence(node.Times, () => me.Tell(Fell.Instance));
    }

    /// <param name="node">This node's part in the cluster.</param>
    /// <param name="self">This process.</param>
    /// <param name="standby">This node's own director, which wants to know whether there is one.</param>
    public static Props Props(ClusterNode node, ProcessId self, IActorRef standby) => Produce.Props(() => new HostActor(node, self, standby));

    /// <summary>This node leaves: hand over what it has. → <see cref="HandedOver"/> once it has nothing left.</summary>
    internal sealed record HandOver : IReapable;

    internal sealed record HandedOver : IReapable;

    /// <summary>Close everything that moves, now.</summary>
    internal sealed record CloseAll(string Why) : IReapable;

    /// <summary>Set by Akka.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    private ProcessId Self1 { get; }

    protected override void PreStart()
    {
        foreach (var entry in _node.Movable)
        {
            entry.Spec.Mobility!.GuardBy(() => _fence.IsOpen);
            if (entry.IsTaken)
                Apply([_brain.Inherit(entry.Spec.Name)]);
        }

        Timers.StartPeriodicTimer(Ask.Instance, Ask.Instance, _node.Times.Asking);
    }

    protected override void PostStop() => _fence.Dispose();

    protected override void OnReceive(object message)
    {
        // Whatever was said before it fell comes too late.
        if (_fence.TakeFall() is { } why)
            OnFell(why);
        switch (message)
        {
            case DirectorActor.Members members: _brain.SetMembers(members.All.Where(member => member.Votes).Select(member => member.Id)); break;
            case Claim claim: OnClaim(claim); break;
            case Assign assign: OnAssign(assign); break;
            case Placements placements: OnPlacements(placements); break;
            case EndpointsActor.Released released: OnReleased(released.Name); break;
            case Ask: OnAsk(); break;
            case HandOver: OnHandOver(); break;
            case CloseAll close: OnFell(close.Why); break;
            case Fell: break; // looked after above
            default: Unhandled(message); break;
        }
    }

    private void OnClaim(Claim claim)
    {
        var from = From(claim.Uid);
        var answer = _brain.OnClaim(from, claim, Fence.Now);
        if (answer is Promise)
            (_director, _node.Director) = (Sender, new DirectorAt(from.Address, claim.Term, Sender));
        if (answer is Promise && from != Self1)
            _standby.Tell(new DirectorActor.Heard(from, claim.Term));
        Sender.Tell(answer);
    }

    private void OnAssign(Assign assign)
    {
        var from = From(assign.Uid);
        if (from != _brain.Director || assign.Term != _brain.Term)
            return;
        _standby.Tell(new DirectorActor.Heard(from, assign.Term));
        var effects = _brain.OnAssign(from, assign, Fence.Now);
        Guard();
        Apply(effects);
        if (effects.Count > 0)
            Tell();
    }

    private void OnPlacements(Placements placements)
    {
        if (placements.Term != _brain.Term)
            return;
        _brain.Table = placements.Version;
        _node.Placements = placements.Entries;
        var places = placements.Entries.ToDictionary(placed => placed.Endpoint, StringComparer.Ordinal);
        foreach (var entry in _node.Movable)
            entry.Place = places.TryGetValue(entry.Spec.Name, out var placed) ? new EndpointPlace(placed.Node, placed.Epoch.ToString()) : null;
    }

    private void OnReleased(string endpoint)
    {
        if (_brain.OnReleased(endpoint) is { } epoch)
            Record(endpoint, epoch, acquired: false);
        Guard();
        Tell();
        AnswerLeaver();
    }

    private void OnAsk()
    {
        Apply(_brain.Tick(Fence.Now));
        Guard();
        Tell();
    }

    private void OnHandOver()
    {
        _leaveAsker = Sender;
        _brain.Leave();
        Tell();
        AnswerLeaver();
    }

    private void OnFell(string why)
    {
        var effects = _brain.Fence(Fence.Now);
        Guard();
        if (effects.Count > 0)
        {
            _log.Warning("{0}: {1} endpoints that move are closed here", why, effects.Count);
            Context.System.EventStream.Publish(new NodeEvent("fenced", null, _node.Settings.Node, $"{why}: {effects.Count} endpoints that move are closed here"));
        }

        Apply(effects);
    }

    private void AnswerLeaver()
    {
        if (!_brain.IsEmpty)
            return;
        _leaveAsker?.Tell(new HandedOver());
        _leaveAsker = null;
    }

    private void Apply(IReadOnlyList<HostEffect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case Take take:
                    Record(take.Endpoint, take.Epoch, acquired: true);
                    _node.Endpoints!.Tell(new EndpointsActor.Take(take.Endpoint));
                    break;
                case LetGo letGo:
                    _node.Endpoints!.Tell(new EndpointsActor.Release(letGo.Endpoint, letGo.AtOnce));
                    break;
            }
        }
    }

    private void Record(string endpoint, Epoch epoch, bool acquired)
    {
        var name = _node.Settings.Node;
        _node.History.Append(new Ownership(endpoint, name, epoch, acquired, Fence.Now, DateTimeOffset.UtcNow));
        if (_node.Movable.FirstOrDefault(entry => entry.Spec.Name == endpoint) is { } entry)
        {
            entry.Spec.Mobility!.Epoch = acquired ? epoch.ToString() : null;
            if (acquired)
                entry.Place = new EndpointPlace(name, epoch.ToString());
        }

        var text = acquired ? $"{name} has {endpoint} by grant {epoch}" : $"{name} has closed {endpoint}, which it had by grant {epoch}";
        Context.System.EventStream.Publish(new NodeEvent(acquired ? "endpoint-acquired" : "endpoint-released", endpoint, name, text));
    }

    private void Guard() => _fence.Set(_brain.LeaseUntil, armed: !_brain.IsEmpty);

    private void Tell() => _director?.Tell(_brain.Report(Fence.Now));

    private ProcessId From(int uid) => new(Sender.Path.Address.Host is null ? Self1.Address : Peer.TextOf(Sender.Path.Address), uid);

    private sealed class Ask : IReapable
    {
        public static readonly Ask Instance = new();
    }

    private sealed class Fell : IReapable
    {
        public static readonly Fell Instance = new();
    }
}
