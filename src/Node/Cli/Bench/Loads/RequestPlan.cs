namespace Anode.Cli.Bench.Loads;

/// <summary>Who asks how often, and who answers.</summary>
internal sealed record RequestPlan
{
    /// <summary>Each has one request under way.</summary>
    public required int Clients { get; init; }

    /// <summary>0: somebody else answers, with the request's own payload.</summary>
    public required int Responders { get; init; }

    public required int PayloadBytes { get; init; }

    /// <summary>Requests per second of all clients together; null for each as soon as the last is answered.</summary>
    public double? Rate { get; init; }

    public required TimeSpan WarmUp { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>How long an answer may take.</summary>
    public required TimeSpan Timeout { get; init; }

    public required string Subject { get; init; }
}
