namespace Anode.Hosting.Configuration;

/// <summary>TCP keep-alive of one endpoint's connections. The kernel counts in whole seconds.</summary>
internal sealed record KeepAliveOptions
{
    /// <summary>Silence before the first probe.</summary>
    public required TimeSpan Idle { get; init; }

    /// <summary>From one probe to the next.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>Unanswered probes that end a connection.</summary>
    public required int Probes { get; init; }

    public static KeepAliveOptions Map(Fields<KeepAliveOptions> fields) => new()
    {
        Idle = fields.Value("idle", o => o.Idle, WholeSeconds),
        Interval = fields.Value("interval", o => o.Interval, WholeSeconds),
        Probes = fields.Count("probes", o => o.Probes, 1, 127),
    };

    /// <summary>Linux takes 1–32,767 s and 1–127 probes (<c>MAX_TCP_KEEPIDLE</c>, <c>MAX_TCP_KEEPCNT</c>).</summary>
    private static ValueKind<TimeSpan> WholeSeconds
    {
        get
        {
            var kind = ValueKinds.Duration(Bounds.Second, TimeSpan.FromHours(9));
            return kind with
            {
                Parse = text => kind.Parse(text) is { Wrong: null, Value: var value } && value.Ticks % TimeSpan.TicksPerSecond != 0
                    ? ValueKinds.Wrong<TimeSpan>("is not in whole seconds, which is all the kernel keeps")
                    : kind.Parse(text),
            };
        }
    }
}
