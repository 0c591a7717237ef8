using System.Collections.Immutable;
using System.Diagnostics;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Mesh;

/// <summary>What follows from the map: the view, PUTs that need another way, nodes that are gone.</summary>
internal sealed partial class MeshActor
{
    /// <summary>What is known of the mesh? Answered with <see cref="MeshReport"/>.</summary>
    internal sealed record GetMesh : IReapable;

    private void Publish()
    {
        _mesh.View = new MeshView(_mesh.Node, _map.Map, _links.ToImmutableSortedDictionary(StringComparer.Ordinal));
        Note();
        Resend(all: true);
    }

    private void OnRetry() => Resend(all: false);

    /// <summary>To every node that has not confirmed, by the way that leads there now; together for each link.</summary>
    private void Resend(bool all)
    {
        var late = new List<Settled>();
        var due = _mesh.Receipts.Due(all, late);
        if (late.Count > 0)
            ReceiptDesk.Tell(late);
        if (due.Count == 0)
            return;
        var view = _mesh.View;
        foreach (var (link, resends) in due.GroupBy(resend => view.LinkTo(resend.Node.Name)).Where(group => group.Key is not null).Select(group => (group.Key!, group.ToList())))
        {
            _mesh.Counters.CountResent(resends.Count);
            link.Post(_wire.Resends(_mesh.Node, _mesh.Incarnation, resends), resends.Count);
        }
    }

    /// <summary>Since when each node has been out of reach.</summary>
    private void Note()
    {
        var lost = _map.Unreachable().ToHashSet(StringComparer.Ordinal);
        foreach (var node in _lostAt.Keys.Where(node => !lost.Contains(node)).ToList())
            _lostAt.Remove(node);
        foreach (var node in lost)
            _lostAt.TryAdd(node, Stopwatch.GetTimestamp());
        if (lost.Count > 0)
            Timers.StartSingleTimer(ForgetDue.Instance, ForgetDue.Instance, _mesh.Settings.Forget + RetryEvery);
    }

    private void Forget()
    {
        var gone = _lostAt.Where(lost => Stopwatch.GetElapsedTime(lost.Value) > _mesh.Settings.Forget).Select(lost => lost.Key).ToList();
        if (gone.Count == 0)
            return;
        var settled = new List<Settled>();
        foreach (var node in gone)
        {
            _lostAt.Remove(node);
            _map.Forget(node);
            if (_others.Remove(node, out var interest))
                interest.RemoveAll();
            _mesh.Receipts.Forget(node, settled);
            Context.System.EventStream.Publish(new NodeEvent("node-forgotten", null, null, $"{node} has been out of reach for too long: its subscriptions are dropped"));
        }

        _mesh.Windows.Trim(node => _map.Map.Find(node) is not null);
        ReceiptDesk.Tell(settled);
        Publish();
    }

    private MeshReport Report()
    {
        var view = _mesh.View;
        return new MeshReport(view, [.. view.Map.Records.Values.Select(record => new NodeReport(
            record.Node, record.Incarnation, record.Version, record.Draining,
            [.. view.Map.TreeOf(view.Self).PathTo(record.Node)], view.Map.TreeOf(view.Self).CostTo(record.Node),
            TableOf(record.Node)?.Entries.Count ?? 0, view.Map.LinksOf(record.Node), record.Cluster?.Name,
            record.Cluster is null ? null : view.Map.Clusters.IsWhole(record)))]);
    }

    private sealed class ForgetDue : IReapable
    {
        public static readonly ForgetDue Instance = new();
    }
}

/// <summary>What a node knows of the mesh.</summary>
internal sealed record MeshReport(MeshView View, IReadOnlyList<NodeReport> Nodes);

/// <param name="Name">Of the node.</param>
/// <param name="Incarnation">Of its record.</param>
/// <param name="Version">Of its record.</param>
/// <param name="Draining">It is about to stop.</param>
/// <param name="Path">From here to it; empty: there is none.</param>
/// <param name="Cost">Of that path.</param>
/// <param name="Subscriptions">Different filters its clients are subscribed to.</param>
/// <param name="Links">That both ends say there are.</param>
/// <param name="Cluster">It is a member of; null: none.</param>
/// <param name="IsWhole">It says that it has links to all other members, and is believed; null: it is in no cluster.</param>
internal sealed record NodeReport(
    string Name, long Incarnation, long Version, bool Draining, IReadOnlyList<string> Path, long? Cost, int Subscriptions, ImmutableArray<Adjacency> Links,
    string? Cluster, bool? IsWhole);
