using Anode.Ledger;
using Anode.Mesh;
using Anode.Routing;

namespace Anode.Protocols.Relay;

/// <summary>What all sources and destinations of a node share: the index, the inboxes, receipts, counters and the limits of messages.</summary>
/// <param name="node">Its name.</param>
/// <param name="limits">Of messages and clients.</param>
/// <param name="access">Who may connect.</param>
/// <param name="mesh">Null: this node has no links, and nothing is kept for any.</param>
internal sealed class RelayCore(string node, MessageLimits limits, AccessPolicy access, MeshCore? mesh = null)
{
    public string Node => node;

    /// <summary>Of this machine, asked once: it is told to every client.</summary>
    public string HostName { get; } = System.Net.Dns.GetHostName();

    public MessageLimits Limits => limits;

    public AccessPolicy Access => access;

    public MeshCore? Mesh => mesh;

    public SubscriptionIndex Index { get; } = new(mesh?.Interest);

    public Inboxes Inboxes { get; } = new(node);

    public ReceiptWindows Receipts { get; } = new(limits.ReceiptWindow, limits.Producers);

    public ConnectionQuota Quota { get; } = new(limits.Connections);

    public RelayCounters Counters { get; } = new();

    /// <summary>Null: nothing is accounted for.</summary>
    public LedgerBook? Ledger { get; init; }

    /// <summary>Where native clients can go when this node is gone: doors of other members of its cluster.</summary>
    public Func<IReadOnlyList<string>> OtherDoors { get; set; } = () => [];
}

/// <summary>Bounds of messages and of what one client may hold; see <c>hocon.conf</c> for the reasons.</summary>
internal sealed record MessageLimits
{
    public int PayloadBytes { get; init; } = 1024 * 1024;

    /// <summary>Longest body of a frame: payload and what stands around it.</summary>
    public int FrameBytes { get; init; } = (1024 + 64) * 1024;

    public int NestingDepth { get; init; } = 16;

    public int LineBytes { get; init; } = 64 * 1024;

    public int SubscriptionsPerConnection { get; init; } = 100_000;

    /// <summary>Stream connections of the node, over all endpoints; 0: no limit.</summary>
    public int Connections { get; init; }

    public int ReceiptWindow { get; init; } = 8192;

    public int Producers { get; init; } = 10_000;

    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(30);

    public int HeartbeatMisses { get; init; } = 3;
}

/// <summary>Totals of the relay since its start.</summary>
internal sealed class RelayCounters
{
    private long _published;
    private long _delivered;
    private long _unheard;
    private long _noResponders;
    private long _duplicates;

    public long Published => Interlocked.Read(ref _published);

    /// <summary>Copies made: a message with three subscribers counts three times.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Messages nobody was subscribed to.</summary>
    public long Unheard => Interlocked.Read(ref _unheard);

    public long NoResponders => Interlocked.Read(ref _noResponders);

    /// <summary>PUTs whose id had been taken before.</summary>
    public long Duplicates => Interlocked.Read(ref _duplicates);

    /// <summary>Sources count by themselves and add up at the end of a turn: one cache line for all of them would be a queue.</summary>
    public void Count(long published, long delivered, long unheard)
    {
        Interlocked.Add(ref _published, published);
        Interlocked.Add(ref _delivered, delivered);
        Interlocked.Add(ref _unheard, unheard);
    }

    public void CountNoResponders() => Interlocked.Increment(ref _noResponders);

    public void CountDuplicate() => Interlocked.Increment(ref _duplicates);
}
