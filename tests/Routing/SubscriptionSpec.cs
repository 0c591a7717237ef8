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

        var limited = subscription.WithMax(max);

        Assert.Equal(max, limited.Max);
        Assert.Equal(exhausted, limited.IsExhausted);
        Assert.Equal(!exhausted, limited.TryTake(out var last));
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

    [Fact]
    public void Deliveries_counted_late_on_the_old_one_count_for_the_one_with_the_maximum()
    {
        var old = WithMax(0);
        var limited = old.WithMax(10).WithMax(8);

        old.Count(5);
        Assert.True(limited.TryTake(out _));
        old.Count(3);

        Assert.True(limited.IsExhausted);
        Assert.False(limited.TryTake(out _));
    }

    [Fact]
    public void Invalid_parts_are_refused_at_birth()
    {
        Assert.Throws<ArgumentException>(() => new Subscription(new Reader(), 1, "a..b"u8.ToArray()));
        Assert.Throws<ArgumentException>(() => new Subscription(new Reader(), 1, "a"u8.ToArray(), []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Subscription(new Reader(), 1, "a"u8.ToArray(), max: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => WithMax(1).WithMax(-1));
    }

    private sealed class Reader : Subscriber;
}
