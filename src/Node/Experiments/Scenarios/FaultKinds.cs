namespace Anode.Experiments.Scenarios;

/// <summary>Who brings a fault about.</summary>
internal enum FaultHand
{
    /// <summary>The runner, by a signal or a limit.</summary>
    Process,

    /// <summary>The runner, as a crowd of clients.</summary>
    Clients,

    /// <summary>An operator's command over HTTP.</summary>
    Operator,

    /// <summary>The node itself, by <c>/api/faults</c>.</summary>
    Node,
}

/// <summary>Every kind of fault, who does it, and the keys of its own it takes.</summary>
internal static class FaultKinds
{
    /// <summary>Between members: of links and of the cluster's own affairs.</summary>
    public const string ClusterPartition = "cluster-partition";

    private static readonly string[] Delay = ["latency", "jitter", "distribution"];

    public static readonly IReadOnlyDictionary<string, (FaultHand Hand, string[] Keys)> All = new SortedDictionary<string, (FaultHand, string[])>(StringComparer.Ordinal)
    {
        ["process.kill"] = (FaultHand.Process, []),
        ["process.terminate"] = (FaultHand.Process, []),
        ["process.restart"] = (FaultHand.Process, []),
        ["process.pause"] = (FaultHand.Process, []),
        ["process.fd-limit"] = (FaultHand.Process, ["headroom"]),
        ["process.clock-step"] = (FaultHand.Process, ["by"]),
        ["client.crowd"] = (FaultHand.Clients, ["count", "ending"]),
        ["endpoint.restart"] = (FaultHand.Operator, []),
        ["endpoint.suspend"] = (FaultHand.Operator, []),
        ["endpoint.move"] = (FaultHand.Operator, ["to"]),
        ["call-error"] = (FaultHand.Node, ["call", "errno"]),
        ["call-delay"] = (FaultHand.Node, [.. Delay, "call"]),
        ["short-read"] = (FaultHand.Node, ["bytes"]),
        ["short-write"] = (FaultHand.Node, ["bytes"]),
        ["refuse-accept"] = (FaultHand.Node, []),
        ["port-stolen"] = (FaultHand.Node, []),
        ["latency"] = (FaultHand.Node, Delay),
        ["bandwidth"] = (FaultHand.Node, ["rate"]),
        ["slow-close"] = (FaultHand.Node, ["delay"]),
        ["half-open"] = (FaultHand.Node, []),
        ["partition"] = (FaultHand.Node, []),
        [ClusterPartition] = (FaultHand.Node, []),
        ["reset"] = (FaultHand.Node, ["after"]),
        ["slicer"] = (FaultHand.Node, ["size", "variation", "delay"]),
        ["limit-data"] = (FaultHand.Node, ["bytes"]),
        ["down"] = (FaultHand.Node, []),
        ["timeout"] = (FaultHand.Node, ["after"]),
        ["loss"] = (FaultHand.Node, []),
        ["duplicate"] = (FaultHand.Node, []),
        ["reorder"] = (FaultHand.Node, ["depth"]),
        ["corrupt"] = (FaultHand.Node, []),
        ["frame-delay"] = (FaultHand.Node, Delay),
        ["actor-throw"] = (FaultHand.Node, []),
        ["actor-stop"] = (FaultHand.Node, []),
        ["actor-pause"] = (FaultHand.Node, []),
        ["actor-restart"] = (FaultHand.Node, []),
        ["slow-mailbox"] = (FaultHand.Node, ["pause", "every"]),
    };

    /// <summary>Keys every fault of the node takes, passed on as they are.</summary>
    public static readonly string[] NodeKeys = ["direction", "probability"];

    public static FaultHand HandOf(string kind) => All[kind].Hand;

    /// <summary>link.latency is latency with links; cluster.partition is what a node calls cluster-partition.</summary>
    public static string Plain(string kind) =>
        kind.StartsWith("link.", StringComparison.Ordinal) ? kind["link.".Length..] : kind == "cluster.partition" ? ClusterPartition : kind;
}
