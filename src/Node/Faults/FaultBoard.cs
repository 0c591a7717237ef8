using System.Collections.Immutable;
using Anode.Sockets;

namespace Anode.Faults;

/// <summary>
/// All faults of the node: those that go on, those that are planned, and the newest that have ended. Written by <see cref="FaultsActor"/> alone, read from any thread.
/// </summary>
internal sealed class FaultBoard : IFaultSeams
{
    private const int EndedKept = 1000;

    private ImmutableList<ActiveFault> _active = [];
    private ImmutableList<ActiveFault> _planned = [];
    private ImmutableQueue<ActiveFault> _ended = [];
    private int _endedCount;

    public DelayLine Line { get; } = new();

    public IReadOnlyList<ActiveFault> Active => Volatile.Read(ref _active);

    /// <summary>They concern nobody yet.</summary>
    public IReadOnlyList<ActiveFault> Planned => Volatile.Read(ref _planned);

    public IEnumerable<ActiveFault> Ended => Volatile.Read(ref _ended);

    public ActiveFault? Find(string id) => FindAlive(id) ?? Ended.LastOrDefault(fault => fault.Id == id);

    /// <summary>Goes on, or is planned.</summary>
    public ActiveFault? FindAlive(string id) => Active.Concat(Planned).FirstOrDefault(fault => fault.Id == id);

    public void Plan(ActiveFault fault) => Volatile.Write(ref _planned, _planned.Add(fault));

    public void Begin(ActiveFault fault)
    {
        fault.Begin();
        // In this order: whoever looks meanwhile finds it twice rather than not at all.
        Volatile.Write(ref _active, _active.Add(fault));
        Volatile.Write(ref _planned, _planned.Remove(fault));
    }

    public void Remove(ActiveFault fault, string how)
    {
        fault.End(how);
        Volatile.Write(ref _active, _active.Remove(fault));
        Volatile.Write(ref _planned, _planned.Remove(fault));
        var ended = _ended.Enqueue(fault);
        if (++_endedCount > EndedKept)
            (ended, _endedCount) = (ended.Dequeue(), EndedKept);
        Volatile.Write(ref _ended, ended);
    }

    public IReadOnlyList<ActiveFault> Of(ConnectionRecord record) => [.. Active.Where(fault => fault.Spec.Target.Covers(record))];

    public IReadOnlyList<ActiveFault> Of(IDatagramSeamHost socket) =>
        [.. Active.Where(fault => fault.Spec.Target.Covers(socket) && fault.Spec.Shape is StreamShape or FrameShape)];

    IStreamSeam? IFaultSeams.Of(IStreamSeamHost connection) =>
        Active.Any(fault => fault.Spec.Shape is StreamShape or FrameShape or CallShape && fault.Spec.Target.Covers(connection.Record))
            ? new StreamSeam(this, connection)
            : null;

    IDatagramSeam? IFaultSeams.Of(IDatagramSeamHost socket) => Of(socket).Count > 0 ? new DatagramSeam(this, socket) : null;

    public AcceptFault OnAccept(string endpoint)
    {
        foreach (var fault in Active)
        {
            if (fault.Spec.Shape is not AcceptShape shape || !fault.Spec.Target.CoversEndpoint(endpoint) || !Throw(fault))
                continue;
            return shape.OnAccept(fault, Line);
        }

        return default;
    }

    private static bool Throw(ActiveFault fault)
    {
        // Listeners may be several, each on a thread of its own; they share the fault's dice.
        lock (fault)
            return fault.AcceptDice.Hits(fault.Spec.Probability);
    }
}
