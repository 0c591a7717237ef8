using System.Text;
using Akka.Actor;

namespace Anode.Mesh;

/// <summary>What sources and links share of the mesh: the view of the moment, the numbers of messages, the windows, the receipts.</summary>
internal sealed class MeshCore
{
    private readonly long[] _numbers = new long[Enum.GetValues<Lane>().Length];
    private MeshView _view;
    private volatile bool _leaving;

    public MeshCore(string node, MeshSettings settings)
    {
        (Node, Settings, Utf8Node) = (node, settings, Encoding.UTF8.GetBytes(node));
        _view = MeshView.Alone(node);
        Receipts = new ReceiptDesk(settings.PendingReceipts, settings.Receipt);
        Known = new MeshKnowledge(node, Incarnation, settings);
    }

    public string Node { get; }

    public byte[] Utf8Node { get; }

    public MeshSettings Settings { get; }

    /// <summary>Of this start of the node: when it was, in microseconds since 1970, so that it grows.</summary>
    public long Incarnation { get; } = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Written by <see cref="MeshActor"/> alone.</summary>
    public MeshView View
    {
        get => Volatile.Read(ref _view);
        set => Volatile.Write(ref _view, value);
    }

    public LocalInterest Interest { get; } = new();

    public DuplicateWindows Windows { get; } = new();

    public ReceiptDesk Receipts { get; }

    /// <summary>Of <see cref="MeshActor"/>, and nobody else.</summary>
    public MeshKnowledge Known { get; }

    public MeshCounters Counters { get; } = new();

    /// <summary>The owner of the map; nobody before the tree of actors stands.</summary>
    public IActorRef Actor { get; set; } = ActorRefs.Nobody;

    /// <summary>The node drains; said in its record, so that others lead nothing through it any more.</summary>
    public bool IsLeaving
    {
        get => _leaving;
        set => _leaving = value;
    }

    /// <summary>Numbers for so many messages of this node's own clients. Returns the first.</summary>
    public long TakeNumbers(Lane lane, int count) => Interlocked.Add(ref _numbers[(int)lane], count) - count;
}
