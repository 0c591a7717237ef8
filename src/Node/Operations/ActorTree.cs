using Akka.Actor;

namespace Anode.Operations;

/// <summary>
/// The live tree of actors, taken from the references themselves: what is shown exists. State and failures come from the directory
/// and the connection table, by path.
/// </summary>
internal static class ActorTree
{
    public static ApiActor Of(NodeView view, int depth, int childrenShown)
    {
        var endpoints = view.Endpoints.All.Where(entry => entry.Status is not null).ToDictionary(entry => entry.Status!.ActorPath, StringComparer.Ordinal);
        var connections = view.Sockets.Connections.Open.GroupBy(record => record.ActorPath).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        return Visit((ActorRefWithCell)view.Root!, depth);

        ApiActor Visit(ActorRefWithCell actor, int levels)
        {
            var path = actor.Path.ToStringWithoutAddress();
            var children = actor.Children.OfType<ActorRefWithCell>().ToArray();
            var shown = levels > 0 ? children.Take(childrenShown).Select(child => Visit(child, levels - 1)).ToArray() : [];
            var (state, restarts, failure) = StateOf(path);
            return new ApiActor(path, KindOf(actor), state, restarts, failure, shown, children.Length - shown.Length);
        }

        (string? State, int? Restarts, ApiFailure? Failure) StateOf(string path)
        {
            if (endpoints.TryGetValue(path, out var entry))
            {
                var endpoint = ApiEndpoint.Of(entry);
                return (endpoint.State, endpoint.Restarts, endpoint.LastFailure);
            }

            return connections.TryGetValue(path, out var record) ? (record.State.ToString(), null, null) : (null, null, null);
        }
    }

    private static string KindOf(ActorRefWithCell actor) => actor.Underlying is ActorCell cell ? cell.Props.Type.Name : "starting";
}
