namespace Anode.Messages;

/// <summary>Something happened that an operator may want to see as it happens. Kinds are reserved once used.</summary>
/// <param name="Kind">Kebab-case: <c>endpoint-changed</c>, <c>connection-opened</c>, <c>slow-consumer</c> …</param>
/// <param name="Endpoint">The endpoint concerned, if any.</param>
/// <param name="Subject">What it is about: a connection's actor name, an actor path, a key.</param>
/// <param name="Text">One sentence for people.</param>
public sealed record NodeEvent(string Kind, string? Endpoint, string? Subject, string Text)
{
    public DateTimeOffset At { get; init; } = DateTimeOffset.UtcNow;
}
