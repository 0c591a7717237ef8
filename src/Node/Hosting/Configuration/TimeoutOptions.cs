namespace Anode.Hosting.Configuration;

/// <summary>How long the node waits for a peer.</summary>
internal sealed record TimeoutOptions
{
    /// <summary>From accept to a valid HELLO.</summary>
    public required TimeSpan Hello { get; init; }

    /// <summary>Silence after which a peer is asked for a sign of life.</summary>
    public required TimeSpan Heartbeat { get; init; }

    /// <summary>Silent heartbeats that end a connection or session.</summary>
    public required int HeartbeatMisses { get; init; }

    /// <summary>What a closing connection has to flush what is queued for it.</summary>
    public required TimeSpan Linger { get; init; }

    /// <summary>One attempt to connect, name resolution included.</summary>
    public required TimeSpan Connect { get; init; }

    /// <summary>From telling a NATS client that the node leaves until its connection is closed.</summary>
    public required TimeSpan LameDuck { get; init; }

    public static TimeoutOptions Map(Fields<TimeoutOptions> fields) => new()
    {
        Hello = fields.Duration("hello", o => o.Hello, Bounds.Millisecond, Bounds.Day),
        Heartbeat = fields.Duration("heartbeat", o => o.Heartbeat, Bounds.Millisecond, Bounds.Day),
        HeartbeatMisses = fields.Count("heartbeat-misses", o => o.HeartbeatMisses, 1, 100),
        Linger = fields.Duration("linger", o => o.Linger, Bounds.Zero, Bounds.Day),
        LameDuck = fields.Duration("lame-duck", o => o.LameDuck, Bounds.Zero, Bounds.Day),
        Connect = fields.Duration("connect", o => o.Connect, Bounds.Millisecond, Bounds.Day),
    };
}
