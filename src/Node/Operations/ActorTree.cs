using Akka.Actor;
using Anode.Sockets;

namespace Anode.Operations;

/// <summary>
/// The live tree of actors, taken from the references themselves: what is shown exists. State and failures come from the directory
/// and the connection table, by path.
/// </summary>
/// <remarks>Akka keeps an actor's children in immutable maps that it swaps whole, so any thread may walk them.</remarks>
internal sealed class ActorTree
{
    private readonly int _childrenShown;
    private readonly Dictionary<string, EndpointEntry> _endpoints;
    private readonly Dictionary<string, ConnectionRecord> _connections = new(StringComparer.Ordinal);

    private ActorTree(NodeView view, int childrenShown)
    {
        _childrenShown = childrenShown;
        _endpoints = view.Endpoints.All
            .Where(entry => entry.Status is not null)
            .ToDictionary(entry => entry.Status!.ActorPath, StringComparer.Ordinal);
        foreach (var record in view.Sockets.Connections.Open)
            _connections[record.ActorPath] = record;
    }

    public static ApiActor Of(NodeView view, int depth, int childrenShown) =>
        new ActorTree(view, childrenShown).Visit((ActorRefWithCell)view.Root!, guard: null, restarts: 0, depth);

    /// <param name="actor">Still there, or just stopped.</param>
    /// <param name="guard">The endpoint whose guard is the parent.</param>
    /// <param name="restarts">As the parent counted them.</param>
    /// <param name="levels">How many more to go down.</param>
    private ApiActor Visit(ActorRefWithCell actor, EndpointEntry? guard, int restarts, int levels)
    {
        var path = actor.Path.ToStringWithoutAddress();
        var own = _endpoints.GetValueOrDefault(path);
        var (state, failure) = (actor.IsTerminated ? "Stopped" : "Running", (ApiFailure?)null);
        if (own is not null)
        {
            var endpoint = ApiEndpoint.Of(own);
            (state, restarts, failure) = (endpoint.State, endpoint.Restarts, endpoint.LastFailure);
        }
        else if (_connections.TryGetValue(path, out var record))
        {
            state = record.State.ToString();
        }
        else if (guard?.Status is { } status && actor.Path.Name != "conns")
        {
            // A guard stops its socket's owner and creates the next one: Akka sees no restart where we mean one.
            (restarts, failure) = (Math.Max(0, status.Incarnation - 1), ApiFailure.Of(status.LastFailure));
        }

        var (cell, children) = (actor.Underlying, actor.Children.OfType<ActorRefWithCell>().ToArray());
        var shown = levels > 0
            ? children.Take(_childrenShown).Select(child => Visit(child, own, RestartsOf(cell, child), levels - 1)).ToArray()
            : [];
        return new ApiActor(path, KindOf(cell), state, restarts, failure, cell.NumberOfMessages, shown, children.Length - shown.Length);
    }

    private static int RestartsOf(ICell parent, IActorRef child) =>
        parent.ChildrenContainer.TryGetByRef(child, out var stats) ? (int)stats.MaxNrOfRetriesCount : 0;

    private static string KindOf(ICell cell) => cell is ActorCell made ? made.Props.Type.Name : "starting";
}
