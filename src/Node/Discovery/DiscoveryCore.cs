using Akka.Actor;

namespace Anode.Discovery;

/// <summary>What the door for beacons and the actor that acts on them share; counters for any thread.</summary>
internal sealed class DiscoveryCore(DiscoverySettings settings)
{
    private readonly long[] _ignored = new long[Enum.GetValues<BeaconFlaw>().Length];
    private long _heard;
    private long _sent;
    private volatile int _neighbours;

    public DiscoverySettings Settings => settings;

    /// <summary>Takes beacons; set when the tree stands.</summary>
    public IActorRef Actor { get; set; } = ActorRefs.Nobody;

    /// <summary>Others' beacons that were believed.</summary>
    public long Heard => Interlocked.Read(ref _heard);

    /// <summary>One for each interface and beat.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Known at the moment.</summary>
    public int Neighbours
    {
        get => _neighbours;
        set => _neighbours = value;
    }

    public long Ignored(BeaconFlaw flaw) => Interlocked.Read(ref _ignored[(int)flaw]);

    public void CountHeard() => Interlocked.Increment(ref _heard);

    public void CountSent() => Interlocked.Increment(ref _sent);

    public void CountIgnored(BeaconFlaw flaw) => Interlocked.Increment(ref _ignored[(int)flaw]);
}
