using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Akka.Remote;
using Anode.Cluster.Placement;
using Anode.Cluster.Wire;
using Anode.Messages;
using Anode.Sockets;
using static Akka.Cluster.ClusterEvent;

namespace Anode.Cluster.Membership;

/// <summary>
/// Joins, follows who is a member, exchanges names and addresses with the others, and gathers evidence against a member that fell silent.
/// </summary>
/// <remarks>
/// What it knows comes from Akka's events, and anew with the first of them after a restart; only hellos have to be asked for again.
/// </remarks>
internal sealed class MembershipActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan HelloInterval = TimeSpan.FromSeconds(1), LonelyPairAfter = TimeSpan.FromSeconds(10), SeekInterval = TimeSpan.FromSeconds(1);

    private readonly ClusterNode _node;
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly Dictionary<UniqueAddress, Peer> _peers = [];
    private readonly Dictionary<ProcessId, Hello> _early = [];
    private readonly Suspicions _suspicions;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IActorRef _director = ActorRefs.Nobody;
    private IActorRef _host = ActorRefs.Nobody;
    private Address? _leader;
    private readonly Dictionary<ProcessId, TimeSpan> _losses = [];
    private IReadOnlyList<Door> _toldDoors = [];
    private bool _leaving;
    private Outcast? _outcast;
    private readonly Founding _founding;

    private MembershipActor(ClusterNode node)
    {
        _node = node;
        _founding = new Founding(node.Settings.Seeds);
        _suspicions = new Suspicions(Context.System, Self, Peer.TextOf(_cluster.SelfAddress), node.Cut);
    }

    public static Props Props(ClusterNode node) => Produce.Props(() => new MembershipActor(node));

    /// <summary>Where every member has it.</summary>
    public const string Path = "/user/node/cluster";

    /// <summary>Set by Akka.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    private string SelfText => Peer.TextOf(_cluster.SelfAddress);

    protected override void PreStart()
    {
        _cluster.Subscribe(Self, SubscriptionInitialStateMode.InitialStateAsSnapshot, typeof(IMemberEvent), typeof(ReachabilityEvent), typeof(LeaderChanged));
        foreach (var sign in new[] { typeof(DisassociatedEvent), typeof(AssociationErrorEvent), typeof(ThisActorSystemQuarantinedEvent) })
            Context.System.EventStream.Subscribe(Self, sign);
        var self = new ProcessId(SelfText, _cluster.SelfUniqueAddress.Uid);
        _director = Context.ActorOf(DirectorActor.Props(_node, self), "director");
        _host = Context.ActorOf(HostActor.Props(_node, self, _director), "host");
        Timers.StartPeriodicTimer(Greet.Instance, Greet.Instance, HelloInterval);
        Self.Tell(Join.Instance);
    }

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        Context.System.EventStream.Unsubscribe(Self);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Join: JoinThem(); break;
            case CurrentClusterState now: OnSnapshot(now); break;
            case IMemberEvent change: OnMember(change); break;
            case UnreachableMember lost: OnReachability(lost.Member, reachable: false); break;
            case ReachableMember back: OnReachability(back.Member, reachable: true); break;
            case LeaderChanged changed: OnLeader(changed.Leader); break;
            case Hello hello: OnHello(hello); break;
            case Greet: GreetAll(); break;
            case AssociationEvent lost: OnConnectionLost(lost); break;
            case ThisActorSystemQuarantinedEvent: End("the other members have gone on without this node"); break;
            case Refused refused: OnRefused(refused); break;
            case Suspicions.Probed probed: OnProbed(probed); break;
            case Suspicions.ProbeAgain again: ProbeAgain(again); break;
            case LonelyPair: WarnOfPair(); break;
            case Seek: SeekOthers(); break;
            case Sought sought: OnSought(sought.Answered); break;
            default: Unhandled(message); break;
        }
    }

    private void JoinThem()
    {
        if (_peers.Count > 0)
            return;
        var seeds = _node.Settings.Seeds.Select(ClusterHocon.AddressOf).ToList();
        _log.Info("joins the cluster as {0}, {1}", SelfText, seeds.Count == 0 ? "the first of it" : $"through {string.Join(", ", seeds.Select(Peer.TextOf))}");
        if (seeds.Count == 0)
            _cluster.Join(_cluster.SelfAddress);
        else
            _cluster.JoinSeedNodes(seeds);
    }

    private void OnSnapshot(CurrentClusterState now)
    {
        foreach (var member in now.Members)
            Put(member, !now.Unreachable.Contains(member));
        _leader = now.Leader;
        Publish();
        GreetAll();
    }

    private void OnMember(IMemberEvent change)
    {
        var member = change.Member;
        var isSelf = member.UniqueAddress.Equals(_cluster.SelfUniqueAddress);
        _leaving |= isSelf && change is MemberLeft or MemberExited;
        if (change is not MemberRemoved)
            Put(member, !_peers.TryGetValue(member.UniqueAddress, out var known) || known.Reachable);
        Say(KindOf(change), member, change is MemberRemoved removed ? $"was {removed.PreviousStatus.ToString().ToLowerInvariant()}" : $"is {member.Status.ToString().ToLowerInvariant()}");
        NoteLoss(change);
        if (change is MemberRemoved)
            _peers.Remove(member.UniqueAddress);
        Publish();
        if (isSelf && !_leaving && change is MemberDowned or MemberRemoved)
            End("the other members have declared this node down");
        else if (change is MemberJoined or MemberUp)
            Greet1(member, answer: true);
        CountPair();
    }

    private void NoteLoss(IMemberEvent change)
    {
        var (address, uid) = (Peer.TextOf(change.Member.Address), change.Member.UniqueAddress.Uid);
        // Out without a word, and nobody knows for certain that it is gone: it may have endpoints for a while yet.
        if (change is MemberDowned or MemberRemoved { PreviousStatus: MemberStatus.Down } && !_node.IsCertainlyGone(new ProcessId(address, uid)))
            _losses.TryAdd(new ProcessId(address, uid), TimeSpan.FromMilliseconds(Fence.Now) + _node.Times.Interregnum);
        // Unless its port is another's by now: two processes cannot have it.
        foreach (var former in _losses.Keys.Where(lost => lost.Address == address && lost.Uid != uid).ToList())
        {
            _losses.Remove(former);
            _node.NoteGone(former);
        }
    }

    private void OnReachability(Member member, bool reachable)
    {
        Put(member, reachable);
        Say(reachable ? "member-reachable" : "member-unreachable", member, reachable ? "answers again" : "does not answer");
        Publish();
        var process = _peers[member.UniqueAddress].Process;
        if (reachable)
            _suspicions.Clear(process);
        else
            Suspect(process);
    }

    private void OnLeader(Address? leader)
    {
        _leader = leader;
        Publish();
    }

    private void Put(Member member, bool reachable)
    {
        _peers.TryGetValue(member.UniqueAddress, out var known);
        var peer = new Peer(member, reachable, known?.Hello);
        if (member.UniqueAddress.Equals(_cluster.SelfUniqueAddress))
            peer = peer with { Hello = MyHello(answer: false) };
        else if (peer.Hello is null && _early.Remove(peer.Process, out var hello))
            peer = peer with { Hello = hello };
        _peers[member.UniqueAddress] = peer;
    }

    private Hello MyHello(bool answer) => new(
        _cluster.SelfUniqueAddress.Uid, _node.Settings.Node, _node.Settings.Incarnation, _node.Watcher?.LinkAddress, _node.Settings.Voter, _node.Doors(), answer, Votes);

    /// <summary>Members that count, as this one sees it; 0: it is none.</summary>
    private int Votes =>
        _outcast is null && _peers.TryGetValue(_cluster.SelfUniqueAddress, out var self) && self.HasVote ? _peers.Values.Count(peer => peer.HasVote) : 0;

    /// <summary>Until everybody's is known, and when what there is to say has changed.</summary>
    private void GreetAll()
    {
        var hello = MyHello(answer: false);
        var changed = !hello.Doors.SequenceEqual(_toldDoors);
        _toldDoors = hello.Doors;
        if (changed && _peers.TryGetValue(_cluster.SelfUniqueAddress, out var self))
        {
            _peers[_cluster.SelfUniqueAddress] = self with { Hello = hello };
            Publish();
        }

        foreach (var peer in _peers.Values.Where(peer => changed || peer.Hello is null))
            Greet1(peer.Member, answer: peer.Hello is null);
        // Those who are to be members and are not: they may be one cluster, and this node another.
        _founding.OnBeat(isAlone: _peers.Count == 1 && _outcast is null);
        if (_founding.IsFounder)
        {
            foreach (var seed in _node.Settings.Seeds.Select(ClusterHocon.AddressOf).Where(seed => !_peers.Keys.Any(peer => peer.Address.Equals(seed))))
                At(seed).Tell(MyHello(answer: true));
        }
    }

    private void Greet1(Member member, bool answer)
    {
        if (!member.UniqueAddress.Equals(_cluster.SelfUniqueAddress))
            At(member.Address).Tell(MyHello(answer));
    }

    private void OnHello(Hello hello)
    {
        var process = new ProcessId(Peer.TextOf(Sender.Path.Address), hello.Uid);
        if (_peers.Values.FirstOrDefault(peer => peer.Process == process) is { } peer)
        {
            _peers[peer.Member.UniqueAddress] = peer with { Hello = hello };
            if (_peers.Values.FirstOrDefault(other => other.Process != process && other.HasVote && other.Hello?.Name == hello.Name) is { } namesake)
                _log.Error("two members are named '{0}', {1} and {2}: give each its own --name", hello.Name, peer.Address, namesake.Address);
            Publish();
        }
        else if (_outcast is null && _founding.IsElsewhere(hello.Votes))
        {
            End($"{hello.Votes} other members have gone on without this node");
        }
        else if (_early.Count < 1000)
        {
            _early[process] = hello; // it knows of us before we know of it
        }

        if (hello.Answer)
            Sender.Tell(MyHello(answer: false));
    }

    private void OnConnectionLost(AssociationEvent lost)
    {
        // The kernel of a killed process closes its connections: a second or two before the detector has its doubts.
        if (_peers.Values.FirstOrDefault(peer => peer.HasVote && peer.Member.Address.Equals(lost.RemoteAddress)) is { } peer)
            Suspect(peer.Process);
    }

    private void Suspect(ProcessId suspect)
    {
        if (Voting(suspect) is { } peer && suspect.Address != SelfText)
            _suspicions.Begin(peer);
    }

    private void ProbeAgain(Suspicions.ProbeAgain again)
    {
        if (Voting(again.Suspect) is { } peer)
            _suspicions.Probe(peer, again.Attempt);
        else
            _suspicions.End(again.Suspect);
    }

    private void OnProbed(Suspicions.Probed probed)
    {
        if (Voting(probed.Suspect) is not { } peer)
        {
            _suspicions.End(probed.Suspect);
            return;
        }

        if (!_suspicions.OnProbed(probed, peer.Reachable))
            return;
        var refused = new Refused(peer.Address, probed.Suspect.Uid);
        foreach (var other in _peers.Values.Where(other => other.HasVote && other != peer && other.Address != SelfText))
            At(other.Member.Address).Tell(refused);
        Weigh(peer);
    }

    private Peer? Voting(ProcessId process) => _peers.Values.FirstOrDefault(peer => peer.Process == process && peer.HasVote);

    private void OnRefused(Refused refused)
    {
        var suspect = new ProcessId(refused.Address, refused.Uid);
        if (Voting(suspect) is not { } peer)
            return;
        _suspicions.Note(suspect, Peer.TextOf(Sender.Path.Address));
        Suspect(suspect);
        Weigh(peer);
    }

    private void Weigh(Peer suspect)
    {
        string[] members = [.. _peers.Values.Where(peer => peer.HasVote).Select(peer => peer.Address)];
        if (_leaving || !_suspicions.IsGone(suspect.Process, members, out var refused))
            return;
        if (_node.NoteGone(suspect.Process))
        {
            Say("member-gone", suspect.Member, $"{refused} of {members.Length} members were refused at its ports: the process is gone");
            Publish();
        }

        // What ran there is free from now on. The membership waits for its detector: a member that is down but not yet unreachable cannot be
        // removed, and could not come back as a new process meanwhile.
        if (!suspect.Reachable)
            _cluster.Down(suspect.Member.Address);
    }

    private void CountPair()
    {
        if (_peers.Values.Count(peer => peer.IsUp) == 2)
            Timers.StartSingleTimer(LonelyPair.Instance, LonelyPair.Instance, LonelyPairAfter);
        else
            Timers.Cancel(LonelyPair.Instance);
    }

    private void WarnOfPair() => _log.Warning(
        "the cluster has two members: when one of them dies the other cannot tell it from a cut cable, and ends too. Add a third, or a voter (node.cluster.voter = on)");

    private void End(string why)
    {
        if (_outcast is not null)
            return;
        Context.System.EventStream.Publish(new NodeEvent("member-put-out", null, SelfText, why));
        _host.Tell(new HostActor.CloseAll(why));
        _director.Tell(new DirectorActor.Retire());
        _node.IsOutcast = true;
        _outcast = Outcast.Of(why, _peers.Values, SelfText, _node.Settings.Seeds);
        _log.Warning("{0}: what does not move goes on here, until one of them is within reach", why);
        SeekOthers();
    }

    /// <summary>
    /// The way back is a new process. While nobody is there to be joined it would only take this node's own clients away from each other.
    /// </summary>
    private void SeekOthers() => _outcast!.SeekAsync(_node.Cut).PipeTo(Self, success: answered => new Sought(answered), failure: _ => new Sought(false));

    private void OnSought(bool answered)
    {
        if (answered)
            _node.ComeBack(_outcast!.Why);
        else
            Timers.StartSingleTimer(Seek.Instance, Seek.Instance, SeekInterval);
    }

    private void Publish()
    {
        var peers = _peers.Values.OrderBy(peer => peer.Member, Member.AgeOrdering).ToList();
        var self = peers.Find(peer => peer.Member.UniqueAddress.Equals(_cluster.SelfUniqueAddress));
        _node.State = new ClusterState(
            SelfText,
            self?.Member.Status.ToString().ToLowerInvariant() ?? "joining",
            _leader is null ? null : Peer.TextOf(_leader),
            [.. peers.Select(peer => peer.ToMember(peer == self))]);
        _founding.OnMembers(Votes);
        var members = new DirectorActor.Members([.. peers.Select(peer => ElectorOf(peer, peer == self))], _losses.Values.DefaultIfEmpty().Max());
        _host.Tell(members);
        _director.Tell(members);
        _node.Watcher?.OnMembers(
            [.. peers.Where(peer => peer != self && peer.HasVote && peer.Hello is not null)
                .Select(peer => new MemberInfo(peer.Hello!.Name, peer.Hello.Incarnation, peer.Hello.Link, peer.IsUp && peer.Reachable))]);
    }

    /// <remarks>A process that is gone still counts for the majority: who decides must not become fewer by deciding.</remarks>
    private Elector ElectorOf(Peer peer, bool isSelf) => new(
        peer.Process, peer.HasVote, peer.IsUp && peer.Reachable && !_node.IsCertainlyGone(peer.Process) && !(isSelf && (_leaving || !_founding.IsComplete)));

    private void Say(string kind, Member member, string text)
    {
        var name = _peers.TryGetValue(member.UniqueAddress, out var peer) ? peer.Hello?.Name : null;
        var who = name is null ? Peer.TextOf(member.Address) : $"{name} at {Peer.TextOf(member.Address)}";
        _log.Info("{0} {1}", who, text);
        Context.System.EventStream.Publish(new NodeEvent(kind, null, name ?? Peer.TextOf(member.Address), $"{who} {text}"));
    }

    private static string KindOf(IMemberEvent change) => change switch
    {
        MemberJoined => "member-joined",
        MemberUp or MemberWeaklyUp => "member-up",
        MemberLeft => "member-leaving",
        MemberExited => "member-exiting",
        MemberDowned => "member-down",
        _ => "member-removed",
    };

    private static ActorSelection At(Address address) => Context.ActorSelection(new RootActorPath(address) / Path[1..].Split('/'));

    private sealed class Join : IReapable
    {
        public static readonly Join Instance = new();
    }

    private sealed class Greet : IReapable
    {
        public static readonly Greet Instance = new();
    }

    private sealed class Seek : IReapable
    {
        public static readonly Seek Instance = new();
    }

    private sealed record Sought(bool Answered) : IReapable;

    private sealed class LonelyPair : IReapable
    {
        public static readonly LonelyPair Instance = new();
    }
}
