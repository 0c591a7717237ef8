using System.Diagnostics;
using Anode.Sockets;

namespace Anode.Mesh;

/// <summary>The node as a member of a cluster, which is told to the rest of the mesh as one: when it speaks of a link, and when it leaves that to another.</summary>
internal sealed partial class MeshActor
{
    /// <summary>Without news, a member says that it has links to all in place of listing them.</summary>
    private static readonly TimeSpan SettledAfter = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, long> _lostLinks = new(StringComparer.Ordinal);
    private long _changedAt = Stopwatch.GetTimestamp();

    private void OnLinkChange(string peer, bool isLost)
    {
        if (!_map.IsInCluster)
        {
            Say();
            return;
        }

        if (isLost)
            _lostLinks[peer] = Stopwatch.GetTimestamp();
        else
            _lostLinks.Remove(peer);
        _changedAt = Stopwatch.GetTimestamp();
        SayNews();
    }

    /// <summary>What another says may change what this node has to say: whom it lacks, and whether it is believed.</summary>
    private void OnFellow(NodeRecord record)
    {
        if (_map.IsFellow(record) && !_map.Own.Cluster!.IsWhole)
            _changedAt = Stopwatch.GetTimestamp();
        if (_map.IsFellow(record) || _links.ContainsKey(record.Node))
            SayNews();
    }

    /// <summary>The own record, if there is anything new in it.</summary>
    private void SayNews()
    {
        if (_map.SayNews(Adjacencies(), _mesh.IsLeaving, PatienceNow()) is { } record)
            Flood(_wire.Record(record), null);
        Publish();
    }

    private Patience PatienceNow()
    {
        if (!_map.IsInCluster)
            return Patience.None;
        var hold = _mesh.Settings.ProbeInterval;
        var awaited = _map.Lacking(Adjacencies())
            .Where(member => _lostLinks.TryGetValue(member, out var lost) && Stopwatch.GetElapsedTime(lost) < hold
                && _map.Map.Clusters.SpeakerFor(_mesh.Settings.Cluster, member) != _mesh.Node)
            .ToHashSet(StringComparer.Ordinal);
        var isSettled = Stopwatch.GetElapsedTime(_changedAt) >= SettledAfter;
        if (awaited.Count > 0)
            Timers.StartSingleTimer(SettleDue.Named, SettleDue.Named, hold);
        if (!isSettled)
            Timers.StartSingleTimer(SettleDue.Whole, SettleDue.Whole, SettledAfter + hold);
        return new Patience(awaited, isSettled);
    }

    private sealed class SettleDue : IReapable
    {
        /// <summary>Whom nobody else named in the meantime is to be named.</summary>
        public static readonly SettleDue Named = new();

        /// <summary>Things may have settled.</summary>
        public static readonly SettleDue Whole = new();
    }
}
