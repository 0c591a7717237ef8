namespace Anode.Faults;

/// <summary>
/// <c>cluster-partition</c>: nothing passes between this node and another member, neither by links nor of the cluster's own affairs. The only fault that touches these.
/// </summary>
internal sealed record ClusterPartition : StreamShape
{
    private static readonly HalfOpen OfLinks = new();

    public override string? WhyNot(FaultTarget target) => target.Kind == TargetKind.Member ? null : "is done to member:NODE";

    public override Stage Begin(StageContext context) => OfLinks.Begin(context);
}
