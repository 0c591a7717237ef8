namespace Anode.Cli.Bench.Datagrams;

/// <summary>A stream of datagrams from one address through a relay to another.</summary>
internal sealed record DatagramPlan
{
    /// <summary>Of the whole datagram.</summary>
    public required int DatagramBytes { get; init; }

    /// <summary>Datagrams under way at most.</summary>
    public required int Window { get; init; }

    public required TimeSpan WarmUp { get; init; }

    public required TimeSpan Duration { get; init; }

    public required string Subject { get; init; }
}
