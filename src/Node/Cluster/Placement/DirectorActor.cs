using Akka.Actor;
using Akka.Event;
using Anode.Cluster.Membership;
using Anode.Cluster.Wire;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Cluster.Placement;

/// <summary>
/// Every node has one, and the oldest member's directs: gives the endpoints that move to hosts, and takes them away. All that it knows the hosts tell
/// it again, so one that is lost is replaced by the next oldest.
/// </summary>
internal sealed class DirectorActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200), Patience = TimeSpan.FromSeconds(5);

    private readonly ClusterNode _node;
    private readonly ProcessId _self;
    private readonly DirectorBrain _brain;
    private readonly Dictionary<string, Mover> _movers = new(StringComparer.Ordinal);
    private readonly List<Wish> _early = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private (ProcessId Director, TimeSpan At)? _heard;
    private bool _directed;

    private DirectorActor(ClusterNode node, ProcessId self)
    {
        (_node, _self) = (node, self);
        _brain = new DirectorBrain(self, node.Times, node.IsCertainlyGone, () => DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    }

    public static Props Props(ClusterNode node, ProcessId self) => Produce.Props(() => new DirectorActor(node, self));

    /// <summary>From this node's host: it heeds this one.</summary>
    internal sealed record Heard(ProcessId Director, long Term) : IReapable;

    /// <summary>Who there is, the oldest first.</summary>
    /// <param name="LossUntil">Until then a member that was put out may not have noticed yet.</param>
    internal sealed record Members(IReadOnlyList<Elector> All, TimeSpan LossUntil) : IReapable;

    /// <summary>This node leaves, or has been put out.</summary>
    internal sealed record Retire : IReapable;

    /// <summary>Set by Akka.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    private static TimeSpan Now => TimeSpan.FromMilliseconds(Fence.Now);

    protected override void PreStart() => Timers.StartPeriodicTimer(Look.Instance, Look.Instance, Period);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Look: OnLook(); break;
            case Members members: OnMembers(members); break;
            case Heard heard: OnHeard(heard); break;
            case Promise promise: Send(_brain.OnPromise(From(promise.Uid), promise, Now)); break;
            case Denied denied: _brain.OnDenied(denied); break;
            case Report report: Send(_brain.OnReport(From(report.Uid), report, Now)); break;
            case Move move: OnMove(new Wish(Sender, move.Endpoint, move.Node, Now + Patience)); break;
            case Retire: OnRetire(); break;
            default: Unhandled(message); return;
        }

        Conclude();
    }

    private void OnLook()
    {
        Send(_brain.Tick(Now, _heard));
        MoveTheEarly();
    }

    private void OnMembers(Members members)
    {
        _brain.SetMembers(members.All, members.LossUntil);
        Send(_brain.Tick(Now, _heard));
    }

    private void OnHeard(Heard heard)
    {
        _heard = (heard.Director, Now);
        if (heard.Director != _self)
            _brain.OnHostPromised(heard.Term);
    }

    private void OnRetire()
    {
        _brain.SetMembers([], TimeSpan.Zero);
        Timers.CancelAll();
    }

    private void OnMove(Wish wish)
    {
        if (_brain.Directs && !_brain.HasReported(wish.Node) && IsMember(wish.Node))
        {
            // Up for a moment only: its host has yet to answer the claim that was sent to it just now.
            if (Now < wish.Deadline)
                _early.Add(wish);
            else
                wish.Asker.Tell(new Moved($"{wish.Node} is a member, but has not reported to the director yet"));
            return;
        }

        if (_brain.Move(wish.Endpoint, wish.Node) is { } refusal)
        {
            wish.Asker.Tell(new Moved(refusal));
            return;
        }

        Drop(wish.Endpoint, "another move of it was asked for");
        _movers[wish.Endpoint] = new Mover(wish.Asker, wish.Node, wish.Deadline);
        Send(_brain.Tick(Now, _heard));
    }

    /// <summary>By its name; one that has not said its name yet may be meant.</summary>
    private bool IsMember(string node) =>
        _node.State.Members.Any(member => member.Status is "up" or "joining" && (member.Name is null || member.Name == node));

    private void MoveTheEarly()
    {
        if (_early.Count == 0)
            return;
        Wish[] early = [.. _early];
        _early.Clear();
        foreach (var wish in early)
            OnMove(wish);
    }

    /// <summary>What there is to say after every turn.</summary>
    private void Conclude()
    {
        if (_brain.Directs != _directed)
            Announce();
        if (!_brain.Directs)
        {
            foreach (var endpoint in _movers.Keys.ToList())
                Drop(endpoint, "this node does not direct any more");
            return;
        }

        foreach (var (endpoint, mover) in _movers.Where(one => !_brain.Assignments.Moving.Contains(one.Key)).ToList())
            Drop(endpoint, _brain.Assignments.OwnerOf(endpoint) == mover.Node ? null : $"{mover.Node} could not take it");
        foreach (var (endpoint, _) in _movers.Where(one => one.Value.Deadline < Now).ToList())
            Drop(endpoint, $"it had not moved within {Patience.TotalSeconds} s");
        foreach (var host in _brain.Assignments.WithoutTable(Now))
            Send([new Outgoing(host, _brain.Assignments.Table(_brain.Term))]);
    }

    private void Drop(string endpoint, string? why)
    {
        if (_movers.Remove(endpoint, out var mover))
            mover.Asker.Tell(new Moved(why));
    }

    private void Announce()
    {
        _directed = _brain.Directs;
        var text = _directed ? $"{_node.Settings.Node} directs, term {_brain.Term}" : $"{_node.Settings.Node} directs no more";
        _log.Info("{0}", text);
        Context.System.EventStream.Publish(new NodeEvent(_directed ? "director-elected" : "director-retired", null, _node.Settings.Node, text));
    }

    private void Send(IEnumerable<Outgoing> outgoing)
    {
        foreach (var (to, message) in outgoing)
        {
            var host = to == _self
                ? Context.ActorSelection(HostPath)
                : Context.ActorSelection($"{ClusterHocon.AddressOf(NetAddress.Parse($"tcp://{to.Address}"))}{HostPath}");
            host.Tell(message);
        }
    }

    private ProcessId From(int uid) => new(Sender.Path.Address.Host is null ? _self.Address : Peer.TextOf(Sender.Path.Address), uid);

    private const string HostPath = MembershipActor.Path + "/host";

    /// <summary>A move that was asked for.</summary>
    private sealed record Wish(IActorRef Asker, string Endpoint, string Node, TimeSpan Deadline);

    private sealed record Mover(IActorRef Asker, string Node, TimeSpan Deadline);

    private sealed class Look : IReapable
    {
        public static readonly Look Instance = new();
    }
}
