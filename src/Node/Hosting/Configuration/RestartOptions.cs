namespace Anode.Hosting.Configuration;

/// <summary>How an endpoint that lost its socket comes back.</summary>
internal sealed record RestartOptions
{
    /// <summary>Restarts within <see cref="Window"/> before the endpoint counts as failed.</summary>
    public required int Budget { get; init; }
    public required TimeSpan Window { get; init; }
    public required TimeSpan MinBackoff { get; init; }
    public required TimeSpan MaxBackoff { get; init; }

    /// <summary>Between the tries of a failed endpoint.</summary>
    public required TimeSpan FailedRetry { get; init; }

    public static RestartOptions Map(Fields<RestartOptions> fields)
    {
        var restart = new RestartOptions
        {
            Budget = fields.Count("budget", o => o.Budget, 0, 1000),
            Window = fields.Duration("window", o => o.Window, Bounds.Millisecond, Bounds.Day),
            MinBackoff = fields.Duration("min-backoff", o => o.MinBackoff, Bounds.Millisecond, Bounds.Day),
            MaxBackoff = fields.Duration("max-backoff", o => o.MaxBackoff, Bounds.Millisecond, Bounds.Day),
            FailedRetry = fields.Duration("failed-retry", o => o.FailedRetry, Bounds.Millisecond, Bounds.Day),
        };
        fields.Require(restart.MinBackoff <= restart.MaxBackoff, "max-backoff", "node.restart.max-backoff is shorter than min-backoff");
        return restart;
    }
}
