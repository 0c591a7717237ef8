namespace Anode.Cluster.Placement;

/// <summary>
/// Holds the histories of several nodes against the promise: no two owners of an endpoint at a time, and every later owner by a greater epoch.
/// </summary>
internal static class AtMostOneOwner
{
    /// <summary>What contradicts the promise, in sentences; none means that it was kept.</summary>
    /// <param name="histories">Of all nodes, on one clock.</param>
    /// <param name="ends">When a node's process ended: what it had then, it had until then.</param>
    /// <param name="tolerance">How far the clocks may be apart.</param>
    public static IReadOnlyList<string> Violations(
        IEnumerable<Ownership> histories, IReadOnlyDictionary<string, long>? ends = null, long tolerance = 0) =>
        [.. histories.GroupBy(entry => entry.Endpoint).SelectMany(endpoint => ViolationsOf(Spans(endpoint, ends), tolerance))];

    private static List<Span> Spans(IEnumerable<Ownership> endpoint, IReadOnlyDictionary<string, long>? ends)
    {
        var spans = new List<Span>();
        foreach (var grant in endpoint.GroupBy(entry => (entry.Node, entry.Epoch)))
        {
            var from = grant.Where(entry => entry.Acquired).Select(entry => entry.Monotonic).DefaultIfEmpty(long.MinValue).Min();
            long? released = grant.Where(entry => !entry.Acquired).Select(entry => (long?)entry.Monotonic).Max();
            var until = released ?? ends?.GetValueOrDefault(grant.Key.Node, long.MaxValue) ?? long.MaxValue;
            spans.Add(new Span(grant.First().Endpoint, grant.Key.Node, grant.Key.Epoch, from, until));
        }

        return [.. spans.OrderBy(span => span.From)];
    }

    private static IEnumerable<string> ViolationsOf(List<Span> spans, long tolerance)
    {
        for (var i = 1; i < spans.Count; i++)
        {
            // Against all before it: one long span can outlast several.
            var before = spans.Take(i).MaxBy(span => span.Until)!;
            var (span, last) = (spans[i], spans[i - 1]);
            if (before.Until - tolerance > span.From)
                yield return $"{span.Endpoint}: {span.Node} had it from {span.From} by {span.Epoch}, {before.Node} until {before.Until} by {before.Epoch}";
            if (!(span.Epoch > last.Epoch))
                yield return $"{span.Endpoint}: {span.Node} got it by {span.Epoch} after {last.Node} by {last.Epoch}";
        }
    }

    private sealed record Span(string Endpoint, string Node, Epoch Epoch, long From, long Until);
}
