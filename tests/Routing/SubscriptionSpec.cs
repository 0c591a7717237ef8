using Anode.Routing;
using Xunit;

namespace Anode.Tests.Routing;

public class SubscriptionSpec
{
    private static Subscription WithMax(long max) => new(new Reader(), 1, "a"u8.ToArray(), max: max);

    [Fact]
    public void Maximum_of_three_lets_three_through_and_marks_the_third_as_last()
    {
        var subscription = WithMax(3);

        Assert.True(subscription.TryTake(out var last));
        Assert.False(last);
        Assert.True(subscription.TryTake(out last));
        Assert.False(last);
        Assert.True(subscription.TryTake(out last));
        Assert.True(last);
        Assert.False(subscription.TryTake(out last));
        Assert.False(last);
    }

    [Fact]
    public void No_maximum_never_ends()
    {
        var subscription = WithMax(0);

        for (var i = 0; i < 1000; i++)
        {
            Assert.True(subscription.TryTake(out var last));
            Assert.False(last);
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public void Maximum_set_after_five_deliveries_counts_them(long max, bool exhausted)
    {
        var subscription = WithMax(0);
        for (var i = 0; i < 5; i++)
            subscription.TryTake(out _);

        Assert.Equal(exhausted, subscription.SetMax(max));
        Assert.Equal(max, subscription.Max);
        Assert.Equal(!exhausted, subscription.TryTake(out var last));
        Assert.Equal(max == 6, last);
    }

    [Fact]
    public void Parallel_takers_never_exceed_the_maximum_and_one_of_them_is_last()
    {
        var subscription = WithMax(10_000);
        var taken = 0;
        var lasts = 0;

        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                if (!subscription.TryTake(out var last))
                    continue;
                Interlocked.Increment(ref taken);
                if (last)
                    Interlocked.Increment(ref lasts);
            }
        });

        Assert.Equal(10_000, taken);
        Assert.Equal(1, lasts);
    }

    // Threads of their own, because a pool short of threads would run the three one after the other.
    [Fact]
    public async Task Maximum_set_while_others_take_is_noticed_by_a_taker_or_by_the_setter()
    {
        var rounds = Enumerable.Range(0, 2_000).Select(_ => WithMax(0)).ToArray();
        var lasts = new int[rounds.Length];
        var exhausted = new bool[rounds.Length];
        using var start = new Barrier(3);

        await Task.WhenAll(OnThread(Take), OnThread(Take), OnThread(SetMax)).WaitAsync(TimeSpan.FromSeconds(60));

        for (var round = 0; round < rounds.Length; round++)
        {
            Assert.True(exhausted[round] || lasts[round] == 1, $"round {round} ended unnoticed");
            Assert.False(rounds[round].TryTake(out _));
        }

        void SetMax(int round) => exhausted[round] = rounds[round].SetMax(50);

        void Take(int round)
        {
            for (var i = 0; i < 50; i++)
            {
                rounds[round].TryTake(out var last);
                if (last)
                    Interlocked.Increment(ref lasts[round]);
            }
        }

        Task OnThread(Action<int> part) => Task.Factory.StartNew(
            () =>
            {
                for (var round = 0; round < rounds.Length; round++)
                {
                    start.SignalAndWait();
                    part(round);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    [Fact]
    public void Invalid_parts_are_refused_at_birth()
    {
        Assert.Throws<ArgumentException>(() => new Subscription(new Reader(), 1, "a..b"u8.ToArray()));
        Assert.Throws<ArgumentException>(() => new Subscription(new Reader(), 1, "a"u8.ToArray(), []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Subscription(new Reader(), 1, "a"u8.ToArray(), max: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => WithMax(1).SetMax(-1));
    }

    private sealed class Reader : Subscriber;
}
