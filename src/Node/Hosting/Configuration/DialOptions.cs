namespace Anode.Hosting.Configuration;

/// <summary>When a dialer tries again.</summary>
internal sealed record DialOptions
{
    public required TimeSpan MinBackoff { get; init; }
    public required TimeSpan MaxBackoff { get; init; }

    /// <summary>Connected for this long, the back-off starts anew.</summary>
    public required TimeSpan HealthyAfter { get; init; }

    /// <summary>After a refusal that will not pass by itself: version, identity, credentials.</summary>
    public required TimeSpan PermanentBackoff { get; init; }

    public static DialOptions Map(Fields<DialOptions> fields)
    {
        var dial = new DialOptions
        {
            MinBackoff = fields.Duration("min-backoff", o => o.MinBackoff, Bounds.Millisecond, Bounds.Day),
            MaxBackoff = fields.Duration("max-backoff", o => o.MaxBackoff, Bounds.Millisecond, Bounds.Day),
            HealthyAfter = fields.Duration("healthy-after", o => o.HealthyAfter, Bounds.Zero, Bounds.Day),
            PermanentBackoff = fields.Duration("permanent-backoff", o => o.PermanentBackoff, Bounds.Millisecond, Bounds.Day),
        };
        fields.Require(dial.MinBackoff <= dial.MaxBackoff, "max-backoff", "node.dial.max-backoff is shorter than min-backoff");
        return dial;
    }
}
