namespace Anode.Sockets;

/// <summary>How an endpoint comes back, as data.</summary>
/// <param name="Budget">So many failures of the endpoint's own socket within <paramref name="Window"/> are healed at once or by back-off.</param>
/// <param name="Window">Sliding.</param>
/// <param name="MinBackoff">First pause when binding failed; doubles.</param>
/// <param name="MaxBackoff">Largest pause while within the budget.</param>
/// <param name="FailedRetry">Pause between attempts of an endpoint that is out of budget.</param>
public sealed record RestartOptions(int Budget, TimeSpan Window, TimeSpan MinBackoff, TimeSpan MaxBackoff, TimeSpan FailedRetry)
{
    public static readonly RestartOptions Default = new(10, TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(100),
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));
}

/// <summary>What to do after a failure.</summary>
internal readonly record struct RestartDecision(TimeSpan Delay, bool OverBudget);

/// <summary>
/// The endpoint's own restart policy: pure bookkeeping. Akka's default strategy restarted a broken actor 27,000 times in one second.
/// </summary>
internal sealed class RestartPolicy(RestartOptions options, Func<double> jitter)
{
    private readonly Queue<TimeSpan> _failures = new();

    /// <summary>Failed attempts since the last success.</summary>
    public int Attempts { get; private set; }

    /// <param name="now">Monotonic.</param>
    /// <param name="crash">It had been serving: the first crash is healed at once. A failed bind always waits.</param>
    public RestartDecision OnFailure(TimeSpan now, bool crash)
    {
        Attempts++;
        while (_failures.TryPeek(out var oldest) && now - oldest > options.Window)
            _failures.Dequeue();
        if (crash)
            _failures.Enqueue(now);
        if (_failures.Count > options.Budget)
            return new RestartDecision(Jittered(options.FailedRetry), OverBudget: true);
        var step = crash ? _failures.Count - 1 : Attempts;
        return new RestartDecision(step == 0 ? TimeSpan.Zero : Jittered(Doubling(step - 1)), OverBudget: false);
    }

    public void OnSuccess() => Attempts = 0;

    public void Forgive()
    {
        Attempts = 0;
        _failures.Clear();
    }

    private TimeSpan Doubling(int step) =>
        TimeSpan.FromTicks(Math.Min(options.MaxBackoff.Ticks, options.MinBackoff.Ticks << Math.Min(step, 20)));

    /// <summary>Equal jitter: half fixed, half drawn.</summary>
    private TimeSpan Jittered(TimeSpan pause) => pause / 2 + pause / 2 * jitter();
}
