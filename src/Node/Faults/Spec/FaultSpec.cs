namespace Anode.Faults;

/// <summary>Which way bytes go, as this node sees it.</summary>
internal enum FaultDirection
{
    Both,
    In,
    Out,
}

/// <summary>One fault as it was asked for, checked.</summary>
/// <param name="Kind">Its name.</param>
/// <param name="Id">Empty: one is given.</param>
/// <param name="Probability">For each frame, call or connection, by the kind.</param>
/// <param name="Seed">Of its dice; the same seed throws the same.</param>
/// <param name="Lease">After which it undoes itself, counted from its beginning.</param>
/// <param name="Delay">From being asked for to its beginning.</param>
internal sealed record FaultSpec(
    string Kind, string Id, FaultShape Shape, FaultTarget Target, FaultDirection Direction, double Probability, long Seed, TimeSpan Lease, TimeSpan Delay)
{
    public static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(60);

    /// <exception cref="FaultException">It cannot be so.</exception>
    public static FaultSpec Read(FaultFields fields, TimeSpan longest)
    {
        var kind = fields.Required("kind");
        var target = FaultTarget.Parse(fields.Required("target"));
        var read = FaultKinds.Find(kind);
        var spec = new FaultSpec(
            kind,
            fields.Text("id") ?? "",
            read(fields),
            target,
            fields.Choice("direction", FaultDirection.Both),
            fields.Probability("probability", 1),
            fields.Number("seed") ?? Random.Shared.NextInt64(),
            fields.Duration("for", DefaultLease < longest ? DefaultLease : longest),
            fields.Duration("in", TimeSpan.Zero));
        fields.Finish(kind);
        if (spec.Lease > longest || spec.Lease <= TimeSpan.Zero)
            throw new FaultException($"for: a fault lasts at most {longest.TotalSeconds:0} s (node.faults.longest); renew it to make it last");
        if (spec.Delay > longest)
            throw new FaultException($"in: a fault begins within {longest.TotalSeconds:0} s (node.faults.longest)");
        if (spec.Id.Length > 100 || spec.Id.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '/'))
            throw new FaultException("id: up to 100 characters without spaces and slashes");
        if (spec.Shape.WhyNot(target) is { } why)
            throw new FaultException($"target: {kind} {why}");
        return spec;
    }
}
