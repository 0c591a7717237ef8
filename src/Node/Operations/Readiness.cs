using Anode.Messages;

namespace Anode.Operations;

/// <summary>Why a node is not ready, in sentences; none means that it is.</summary>
internal static class Readiness
{
    public static IReadOnlyList<string> ReasonsAgainst(NodeView view)
    {
        var reasons = new List<string>();
        if (view.Draining)
            reasons.Add("the node is draining");
        if (view.Cluster is { IsOutcast: true })
            reasons.Add("the other members have put this node out, and are out of reach");
        else if (view.Cluster is { State: { IsUp: false } state })
            reasons.Add(state.Members.Count == 0 ? "the cluster has not let this node in" : $"this node is {state.Status} in the cluster");
        foreach (var entry in view.Endpoints.All.Where(entry => entry.Spec.Required && (entry.Spec.Mobility is null || entry.IsTaken) && entry.Status?.State != Endpoint.State.Bound))
            reasons.Add(ReasonOf(entry.Spec.Name, entry.Status));
        return reasons;
    }

    private static string ReasonOf(string name, Endpoint.Status? status)
    {
        if (status is null)
            return $"endpoint {name} has not begun";
        var reason = $"endpoint {name} is {status.State}";
        if (status.LastFailure is { } failure)
            reason += $": {failure.Name} ({failure.Errno}), {failure.Message}";
        return status.NextAttemptAt is { } next ? $"{reason}; attempt {status.Attempts + 1} at {next:O}" : reason;
    }
}
