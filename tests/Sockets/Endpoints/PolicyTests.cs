using Anode.Sockets;
using CsCheck;
using Xunit;

namespace Anode.Tests.Sockets.Endpoints;

/// <summary>When an endpoint and a dialer try again: pure bookkeeping, for every history.</summary>
public sealed class PolicyTests
{
    private static readonly Gen<double> Jitter = Gen.Double[0, 0.999];
    private static readonly Gen<TimeSpan> Gap = Gen.Int[0, 30_000].Select(ms => TimeSpan.FromMilliseconds(ms));

    private static readonly Gen<RestartOptions> Restarts =
        from budget in Gen.Int[0, 20]
        from window in Gen.Int[1, 120]
        from min in Gen.Int[1, 1000]
        from max in Gen.Int[1000, 60_000]
        select new RestartOptions(budget, TimeSpan.FromSeconds(window), TimeSpan.FromMilliseconds(min), TimeSpan.FromMilliseconds(max), TimeSpan.FromMinutes(5));

    [Fact]
    public void Failed_bind_always_waits_between_half_and_the_whole_of_a_doubling_pause() =>
        Gen.Select(Restarts, Jitter, Gen.Int[1, 100]).Sample((options, jitter, failures) =>
        {
            var policy = new RestartPolicy(options, () => jitter);
            for (var i = 0; i < failures; i++)
            {
                var decision = policy.OnFailure(TimeSpan.Zero, crash: false);
                var whole = Math.Min(options.MaxBackoff.TotalMilliseconds, options.MinBackoff.TotalMilliseconds * Math.Pow(2, i));
                Assert.False(decision.OverBudget);
                Assert.InRange(decision.Delay.TotalMilliseconds, whole / 2, whole);
                Assert.Equal(i + 1, policy.Attempts);
            }
        });

    [Fact]
    public void First_crash_is_healed_at_once_and_later_ones_within_the_window_wait() =>
        Gen.Select(Restarts, Jitter).Sample((options, jitter) =>
        {
            var policy = new RestartPolicy(options with { Budget = 2 }, () => jitter);
            Assert.Equal(new RestartDecision(TimeSpan.Zero, false), policy.OnFailure(TimeSpan.Zero, crash: true));
            policy.OnSuccess();
            Assert.True(policy.OnFailure(TimeSpan.Zero, crash: true).Delay > TimeSpan.Zero);
            policy.OnSuccess();
            Assert.Equal(TimeSpan.Zero, policy.OnFailure(options.Window + TimeSpan.FromTicks(1), crash: true).Delay);
        });

    [Fact]
    public void Budget_is_exceeded_exactly_when_the_window_holds_more_crashes_than_it_allows() =>
        Gen.Select(Restarts, Jitter, Gap.Array[1, 60]).Sample((options, jitter, gaps) =>
        {
            var policy = new RestartPolicy(options, () => jitter);
            var crashes = new List<TimeSpan>();
            var now = TimeSpan.Zero;
            foreach (var gap in gaps)
            {
                now += gap;
                crashes.Add(now);
                var within = crashes.Count(at => now - at <= options.Window);
                var decision = policy.OnFailure(now, crash: true);
                Assert.Equal(within > options.Budget, decision.OverBudget);
                if (decision.OverBudget)
                    Assert.InRange(decision.Delay, options.FailedRetry / 2, options.FailedRetry);
                else
                    Assert.InRange(decision.Delay, TimeSpan.Zero, options.MaxBackoff);
            }
        });

    [Fact]
    public void Forgiven_endpoint_begins_as_if_new()
    {
        var policy = new RestartPolicy(RestartOptions.Default with { Budget = 1 }, () => 0.5);
        policy.OnFailure(TimeSpan.Zero, crash: true);
        Assert.True(policy.OnFailure(TimeSpan.Zero, crash: true).OverBudget);
        policy.Forgive();
        Assert.Equal(0, policy.Attempts);
        Assert.Equal(new RestartDecision(TimeSpan.Zero, false), policy.OnFailure(TimeSpan.Zero, crash: true));
    }

    [Fact]
    public void Dialers_pause_doubles_within_its_jitter_up_to_its_largest() =>
        Gen.Select(Jitter, Gen.Int[1, 200]).Sample((jitter, failures) =>
        {
            var options = DialOptions.Default;
            var backoff = new DialBackoff(options, () => jitter);
            for (var i = 0; i < failures; i++)
            {
                var whole = Math.Min(options.MaxBackoff.TotalMilliseconds, options.MinBackoff.TotalMilliseconds * Math.Pow(2, i));
                Assert.InRange(backoff.OnFailure().TotalMilliseconds, whole / 2, whole);
                Assert.Equal(i + 1, backoff.Attempts);
            }
        });

    [Fact]
    public void Only_a_connection_that_lasted_resets_the_pause() =>
        Gen.Select(Jitter, Gen.Int[1, 10], Gap).Sample((jitter, failures, lasted) =>
        {
            var backoff = new DialBackoff(DialOptions.Default, () => jitter);
            for (var i = 0; i < failures; i++)
                backoff.OnFailure();
            backoff.OnEnded(lasted);
            Assert.Equal(lasted >= DialOptions.Default.HealthyAfter ? 1 : failures + 1, backoff.Attempts);
        });
}
