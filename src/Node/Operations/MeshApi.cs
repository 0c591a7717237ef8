using System.Text;
using Akka.Actor;
using Anode.Mesh;
using Anode.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Anode.Operations;

/// <summary>The mesh as JSON: links, the map, and the way a subject would take now.</summary>
internal static class MeshApi
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    public static void MapMesh(this WebApplication app, NodeView view)
    {
        app.MapRead("/api/links", context => LinksAsync(context, view));
        app.MapRead("/api/trace", context => Trace(context, view));
    }

    private static async Task LinksAsync(HttpContext context, NodeView view)
    {
        if (view.Relay.Mesh is not { } mesh)
        {
            await HttpApi.Json(context, new ApiLinks(view.Name, 0, [], [], null), ApiJson.Api.ApiLinks);
            return;
        }

        MeshReport report;
        try
        {
            report = await mesh.Actor.Ask<MeshReport>(new MeshActor.GetMesh(), AnswerTimeout, context.RequestAborted);
        }
        catch (AskTimeoutException)
        {
            await HttpApi.Fail(context, StatusCodes.Status504GatewayTimeout, $"the mesh did not answer within {AnswerTimeout.TotalSeconds} s");
            return;
        }

        var counters = mesh.Counters;
        await HttpApi.Json(
            context,
            new ApiLinks(
                view.Name, mesh.Incarnation, [.. report.View.Links.Values.Select(ApiLink.Of)], [.. report.Nodes.Select(ApiMeshNode.Of)],
                new ApiMeshCounters(
                    counters.Relayed, counters.Duplicates, counters.HopLimit, counters.NoRoute, counters.Stale, counters.Resent,
                    counters.UnacknowledgedBytes, mesh.Receipts.Count)),
            ApiJson.Api.ApiLinks);
    }

    private static Task Trace(HttpContext context, NodeView view)
    {
        var text = context.Request.Query["subject"].ToString();
        var subject = Encoding.UTF8.GetBytes(text);
        if (!Subject.IsSubject(subject))
            return HttpApi.Fail(context, StatusCodes.Status400BadRequest, "subject must be one: words joined by dots, without wildcards");
        var matches = new Matches();
        view.Relay.Index.Current.Match(subject, matches);
        var here = matches.Plain.Where(subscription => !subscription.Subscriber.IsRemote).Select(subscription => subscription.Subscriber).Distinct().Count();
        var nodes = matches.Plain.Select(subscription => subscription.Subscriber).OfType<RemoteNode>().Distinct()
            .Select(node => HopOf(view, node.Name)).OrderBy(hop => hop.Cost ?? long.MaxValue).ThenBy(hop => hop.Node, StringComparer.Ordinal);
        var queues = matches.Queues.Select(group => new ApiQueue(
            Encoding.UTF8.GetString(group.Name), group.Local.Length,
            [.. group.Remote.Select(member => HopOf(view, ((RemoteNode)member.Subscriber).Name)).OrderBy(hop => hop.Cost ?? long.MaxValue)]));
        return HttpApi.Json(context, new ApiTrace(text, view.Name, here, [.. nodes], [.. queues]), ApiJson.Api.ApiTrace);
    }

    private static ApiHop HopOf(NodeView view, string node)
    {
        var mesh = view.Relay.Mesh!.View;
        var tree = mesh.Map.TreeOf(mesh.Self);
        return new ApiHop(node, [.. tree.PathTo(node)], tree.CostTo(node), mesh.LinkTo(node)?.RoundTrip?.TotalMilliseconds);
    }
}

/// <param name="Peer">Name of the node at the other end.</param>
/// <param name="Cost">The larger of what both ends say.</param>
/// <param name="RoundTripMs">Smoothed; null before the first answer.</param>
/// <param name="Dialled">By this node.</param>
/// <param name="Version">Of the link protocol.</param>
/// <param name="Endpoint">Listener or peer it belongs to.</param>
/// <param name="Connection">Its number in /api/connections.</param>
/// <param name="Remote">Address of the peer.</param>
/// <param name="Since">The handshake.</param>
/// <param name="BatchesIn">Of messages.</param>
/// <param name="BatchesOut">Of messages.</param>
/// <param name="UnacknowledgedBytes">Sent, and not yet confirmed by the peer.</param>
/// <param name="PendingBytes">Waiting to be sent.</param>
/// <param name="Dropped">Messages left out because too much was waiting.</param>
internal sealed record ApiLink(
    string Peer, int Cost, double? RoundTripMs, bool Dialled, int Version, string Endpoint, long Connection, string Remote, DateTimeOffset Since,
    long BatchesIn, long BatchesOut, long UnacknowledgedBytes, long PendingBytes, long Dropped)
{
    public static ApiLink Of(MeshLink link) => new(
        link.Peer, link.Cost, link.RoundTrip?.TotalMilliseconds, link.Dialled, link.Version, link.Record.Endpoint, link.Record.Id,
        link.Record.Remote.ToString(), link.Since, link.FramesIn, link.FramesOut, link.UnacknowledgedBytes, link.Outlet.PendingBytes,
        link.Record.DroppedMessages);
}

internal sealed record ApiAdjacency(string Peer, int Cost);

/// <param name="Node">Its name.</param>
/// <param name="Path">From here to it; empty: there is none.</param>
/// <param name="Cost">Of the path.</param>
/// <param name="Subscriptions">Different filters of its clients.</param>
/// <param name="Draining">It is about to stop.</param>
/// <param name="Incarnation">Of its last start.</param>
/// <param name="Version">Grows with each change of its record within an incarnation; each has been told to every node.</param>
/// <param name="Links">That both ends say there are.</param>
/// <param name="Cluster">It is a member of; its links to the other members are told in one word. Null: none.</param>
/// <param name="Whole">It says that it has links to all of them, and lists none; null: it is in no cluster.</param>
internal sealed record ApiMeshNode(
    string Node, IReadOnlyList<string> Path, long? Cost, int Subscriptions, bool Draining, long Incarnation, long Version, IReadOnlyList<ApiAdjacency> Links,
    string? Cluster, bool? Whole)
{
    public static ApiMeshNode Of(NodeReport node) => new(
        node.Name, node.Path, node.Cost, node.Subscriptions, node.Draining, node.Incarnation, node.Version,
        [.. node.Links.Select(link => new ApiAdjacency(link.Peer, link.Cost))], node.Cluster, node.IsWhole);
}

internal sealed record ApiMeshCounters(
    long Relayed, long DuplicatesSuppressed, long DroppedByHopLimit, long DroppedWithoutRoute, long DroppedAsStale, long Resent,
    long UnacknowledgedBytesLost, int AwaitingReceipts);

internal sealed record ApiLinks(
    string Node, long Incarnation, IReadOnlyList<ApiLink> Links, IReadOnlyList<ApiMeshNode> Nodes, ApiMeshCounters? Counters);

/// <param name="Node">Where somebody is subscribed.</param>
/// <param name="Path">From here.</param>
/// <param name="Cost">Of the path; null: there is none.</param>
/// <param name="FirstHopMs">Round trip of the first link.</param>
internal sealed record ApiHop(string Node, IReadOnlyList<string> Path, long? Cost, double? FirstHopMs);

/// <param name="Name">Of the group.</param>
/// <param name="MembersHere">One of these is taken, if there are any.</param>
/// <param name="Elsewhere">Else one at the nearest of these.</param>
internal sealed record ApiQueue(string Name, int MembersHere, IReadOnlyList<ApiHop> Elsewhere);

internal sealed record ApiTrace(string Subject, string From, int ReceiversHere, IReadOnlyList<ApiHop> Nodes, IReadOnlyList<ApiQueue> Queues);
