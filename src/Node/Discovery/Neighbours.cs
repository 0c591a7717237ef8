using Anode.Messages;

namespace Anode.Discovery;

/// <summary>Whom this node has heard of, whom of them it dials, and when it gives up on one; without sockets and clocks of its own.</summary>
/// <param name="self">Name of this node.</param>
/// <param name="forgetAfter">So long after its last beacon one is forgotten, unless its link stands.</param>
internal sealed class Neighbours(string self, TimeSpan forgetAfter)
{
    private readonly Dictionary<string, Neighbour> _known = new(StringComparer.Ordinal);

    public int Count => _known.Count;

    /// <param name="beacon">Of another node.</param>
    /// <param name="ownDoor">This node takes links as well: then of two the one whose name comes first dials.</param>
    /// <param name="now">Monotonic.</param>
    /// <param name="isNew">It was not known.</param>
    /// <returns>What is to be dialled, and what not any more; null: nothing.</returns>
    public (NetAddress? Dial, NetAddress? Drop) Hear(Beacon beacon, bool ownDoor, TimeSpan now, out bool isNew)
    {
        var wanted = !ownDoor || string.CompareOrdinal(self, beacon.Node) < 0 ? beacon.Link : null;
        isNew = !_known.TryGetValue(beacon.Node, out var before);
        _known[beacon.Node] = new Neighbour(wanted, now);
        return wanted == before.Dialled ? (null, null) : (wanted, before.Dialled);
    }

    /// <summary>Names of those that have been silent for too long, and what was dialled of each.</summary>
    public IReadOnlyList<(string Node, NetAddress? Drop)> Expire(TimeSpan now, Func<string, bool> isLinked)
    {
        var silent = _known.Where(one => now - one.Value.HeardAt > forgetAfter && !isLinked(one.Key)).Select(one => (one.Key, one.Value.Dialled)).ToList();
        foreach (var (node, _) in silent)
            _known.Remove(node);
        return silent;
    }

    private readonly record struct Neighbour(NetAddress? Dialled, TimeSpan HeardAt);
}
