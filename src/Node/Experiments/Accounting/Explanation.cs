namespace Anode.Experiments.Accounting;

/// <summary>Why something that was to arrive did not, on somebody's testimony.</summary>
/// <param name="Kind">One of the words below; for programs.</param>
/// <param name="By">Which fault, policy, client or node it was.</param>
internal sealed record Explanation(string Kind, string By)
{
    public const string Fault = "fault", Policy = "policy", Connection = "connection", Death = "death", Link = "link", InFlight = "in-flight", None = "unexplained";

    public bool IsOne => Kind != None;

    public string Text => Kind switch
    {
        Fault => $"taken by fault {By}",
        Policy => $"left out: {By}",
        Connection => $"the connection of {By} ended",
        Death => $"in {By}",
        Link => By,
        InFlight => $"still in flight in {By}",
        _ => By.Length > 0 ? $"unexplained, {By}" : "unexplained",
    };
}
