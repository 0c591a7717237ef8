namespace Anode.Faults;

/// <summary>Every kind by its name. Names are reserved once used.</summary>
internal static class FaultKinds
{
    private static readonly Dictionary<string, Func<FaultFields, FaultShape>> Table = new(StringComparer.Ordinal)
    {
        ["latency"] = Latency.Read,
        ["bandwidth"] = Bandwidth.Read,
        ["slow-close"] = SlowClose.Read,
        ["half-open"] = _ => new HalfOpen(),
        ["partition"] = _ => new HalfOpen(),
        ["cluster-partition"] = _ => new ClusterPartition(),
        ["reset"] = Reset.Read,
        ["slicer"] = Slicer.Read,
        ["limit-data"] = LimitData.Read,
        ["timeout"] = Timeout.Read,
        ["loss"] = _ => new Loss(),
        ["duplicate"] = _ => new Duplicate(),
        ["reorder"] = Reorder.Read,
        ["corrupt"] = _ => new Corrupt(),
        ["frame-delay"] = FrameDelay.Read,
        ["call-error"] = CallError.Read,
        ["call-delay"] = CallDelay.Read,
        ["short-read"] = fields => ShortCall.Read(SocketCall.Receive, fields),
        ["short-write"] = fields => ShortCall.Read(SocketCall.Send, fields),
        ["refuse-accept"] = _ => new RefuseAccept(0),
        ["port-stolen"] = _ => new PortStolen(),
        ["down"] = _ => new Down(),
        ["actor-throw"] = _ => new ActorThrow(),
        ["actor-stop"] = _ => new ActorStop(),
        ["actor-restart"] = _ => new ActorRestart(),
        ["actor-pause"] = _ => new ActorPause(),
        ["slow-mailbox"] = SlowMailbox.Read,
    };

    public static IEnumerable<string> Names => Table.Keys;

    public static Func<FaultFields, FaultShape> Find(string kind) =>
        Table.TryGetValue(kind, out var read) ? read
            : throw new FaultException($"kind: '{kind}' is none of {string.Join(", ", Table.Keys)}");
}
