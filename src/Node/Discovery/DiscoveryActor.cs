using Akka.Actor;
using Akka.Event;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Discovery;

/// <summary>What discovery needs of the rest of the node.</summary>
/// <param name="Opener">Opens sockets.</param>
/// <param name="Supervisor">Of endpoints.</param>
/// <param name="Endpoints">The node's.</param>
/// <param name="Door">Name of the endpoint that hears beacons.</param>
/// <param name="IsLinked">A link to the node of that name stands.</param>
/// <param name="Dialer">An endpoint of this name that keeps a link to that address, as for a peer that was written down.</param>
internal sealed record DiscoveryParts(
    IActorRef Opener, IActorRef Supervisor, EndpointDirectory Endpoints, string Door, Func<string, bool> IsLinked, Func<string, NetAddress, EndpointSpec> Dialer);

/// <summary>
/// Tells the network of this node, dials those it hears of, and forgets those that have fallen silent. Restarted, it begins anew: what it dialled
/// meanwhile it finds among the endpoints, and takes down.
/// </summary>
internal sealed class DiscoveryActor : UntypedActor, IWithTimers
{
    private const string Prefix = "lan-";

    private readonly DiscoveryCore _core;
    private readonly DiscoveryParts _parts;
    private readonly Neighbours _neighbours;
    private readonly Dictionary<NetAddress, string> _dialled = [];
    private readonly Dictionary<Card, IActorRef> _senders = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IReadOnlyList<Card>? _cards;
    private long _number;
    private int _count;

    private DiscoveryActor(DiscoveryCore core, DiscoveryParts parts)
    {
        (_core, _parts) = (core, parts);
        _neighbours = new Neighbours(core.Settings.Node, core.Settings.ForgetAfter);
    }

    public static Props Props(DiscoveryCore core, DiscoveryParts parts) => Produce.Props(() => new DiscoveryActor(core, parts));

    /// <summary>A beacon of another node, sealed and fresh.</summary>
    internal sealed record Heard(Beacon Beacon) : IReapable;

    /// <summary>Set by Akka.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    private static TimeSpan Now => TimeSpan.FromMilliseconds(Environment.TickCount64);

    protected override void PreStart()
    {
        foreach (var left in _parts.Endpoints.All.Where(entry => entry.Spec.Name.StartsWith(Prefix, StringComparison.Ordinal) && entry.Spec.Kind == EndpointKind.Dialer))
            _parts.Supervisor.Tell(new EndpointsActor.Remove(left.Spec.Name));
        Timers.StartPeriodicTimer(Beat.Instance, Beat.Instance, TimeSpan.FromMilliseconds(50), _core.Settings.Interval);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Beat: OnBeat(); break;
            case Heard heard: OnHeard(heard.Beacon); break;
            case Terminated ended: OnSenderEnded(ended.ActorRef); break;
            default: Unhandled(message); break;
        }
    }

    private void OnBeat()
    {
        LookAtCards();
        _number++;
        foreach (var card in _cards!)
        {
            if (!_senders.TryGetValue(card, out var sender))
                _senders[card] = sender = Context.Watch(Context.ActorOf(BeaconSender.Props(_core, _parts.Opener, card)));
            var beacon = new Beacon(
                _core.Settings.Node, _core.Settings.Incarnation, _number, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), DoorBehind(card));
            sender.Tell(new BeaconSender.Emit(beacon.Write(_core.Settings.Key)));
        }

        foreach (var (node, drop) in _neighbours.Expire(Now, _parts.IsLinked))
        {
            if (drop is not null)
                HangUp(drop);
            Say("peer-forgotten", node, $"{node} has not been heard of for {_core.Settings.ForgetAfter.TotalSeconds} s");
        }

        _core.Neighbours = _neighbours.Count;
    }

    private void OnHeard(Beacon beacon)
    {
        var (dial, drop) = _neighbours.Hear(beacon, LinkDoor() is not null, Now, out var isNew);
        _core.Neighbours = _neighbours.Count;
        if (isNew)
            Say("peer-discovered", beacon.Node, $"{beacon.Node} is near{(beacon.Link is null ? ", and takes no links" : $", and takes links at {beacon.Link}")}");
        if (drop is not null)
            HangUp(drop);
        if (dial is not null && !_parts.Endpoints.All.Any(entry => entry.Spec.Kind == EndpointKind.Dialer && entry.Spec.Address == dial))
            Dial(beacon.Node, dial);
    }

    /// <summary>Groups are joined when the door is opened: with other cards it is opened again.</summary>
    private void LookAtCards()
    {
        var cards = Cards.All().Where(card => _core.Settings.Interfaces.Count == 0 || _core.Settings.Interfaces.Contains(card.Name)).ToList();
        if (_cards is not null && _cards.SequenceEqual(cards))
            return;
        if (_cards is not null)
            _parts.Endpoints.Find(_parts.Door)?.Guard?.Tell(new Endpoint.Restart(), ActorRefs.NoSender);
        _cards = cards;
        foreach (var (_, sender) in _senders.Where(one => !cards.Contains(one.Key)))
            Context.Stop(sender);
    }

    private void OnSenderEnded(IActorRef sender)
    {
        foreach (var card in _senders.Where(one => one.Value.Equals(sender)).Select(one => one.Key).ToList())
            _senders.Remove(card);
    }

    private NetAddress? LinkDoor() => _parts.Endpoints.All
        .Where(entry => entry.Spec is { Kind: EndpointKind.Listener, Protocol: "link" })
        .Select(entry => entry.Status)
        .FirstOrDefault(status => status is { State: Endpoint.State.Bound, Local: { IsUnix: false, Host: not ("127.0.0.1" or "::1") } })?.Local;

    private NetAddress? DoorBehind(Card card) =>
        LinkDoor() is { } door ? door.Host is "0.0.0.0" or "::" ? NetAddress.Ip(door.Scheme, card.Address, door.Port) : door : null;

    private void Dial(string node, NetAddress address)
    {
        // Counted, since a name is in use until the last of its actors has ended.
        var name = ++_count == 1 ? $"{Prefix}{node}" : $"{Prefix}{node}-{_count}";
        _dialled[address] = name;
        _parts.Supervisor.Tell(new EndpointsActor.Add(_parts.Dialer(name, address)));
    }

    private void HangUp(NetAddress address)
    {
        if (_dialled.Remove(address, out var name))
            _parts.Supervisor.Tell(new EndpointsActor.Remove(name));
    }

    private void Say(string kind, string node, string text)
    {
        _log.Info("{0}", text);
        Context.System.EventStream.Publish(new NodeEvent(kind, null, node, text));
    }

    private sealed class Beat : IReapable
    {
        public static readonly Beat Instance = new();
    }
}
