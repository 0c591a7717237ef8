using System.Text;
using Anode.Routing;
using Xunit;

namespace Anode.Tests.Routing;

public class SubscriptionIndexConcurrencySpec
{
    private const int Writers = 4;
    private const int PerWriter = 2_000;

    [Fact]
    public async Task Writers_and_readers_at_once_end_in_the_union_of_what_the_writers_kept()
    {
        var index = new SubscriptionIndex();
        using var written = new CancellationTokenSource();
        var writers = Enumerable.Range(0, Writers).Select(number => OnThread(() => Write(index, number))).ToArray();
        var readers = Enumerable.Range(0, 2).Select(_ => OnThread(() => Read(index, written.Token))).ToArray();

        var kept = (await Task.WhenAll(writers).WaitAsync(TimeSpan.FromSeconds(60))).SelectMany(each => each).ToHashSet();
        await written.CancelAsync();
        await Task.WhenAll(readers).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(kept.Count, index.Count);
        var found = new HashSet<Subscription>();
        foreach (var subject in Enumerable.Range(0, 10).Select(Topic))
        {
            var matches = new Matches();
            index.Current.Match(subject, matches);
            found.UnionWith(matches.Plain);
            found.UnionWith(matches.Queues.SelectMany(group => group.Members));
        }

        Assert.True(kept.SetEquals(found));
        Assert.Equal(kept.Count, index.RemoveAll(kept));
        Assert.Equal(0, index.Count);
    }

    [Fact]
    public async Task Removing_many_ends_although_another_writer_never_pauses()
    {
        var index = new SubscriptionIndex();
        var many = Enumerable.Range(0, 20_000)
            .Select(i => new Subscription(new Reader(), i, Encoding.UTF8.GetBytes($"site.{i % 100}.sensor.{i}")))
            .ToArray();
        foreach (var subscription in many)
            index.Add(subscription);
        using var removed = new CancellationTokenSource();
        var hammering = new TaskCompletionSource();
        var hammer = OnThread(() =>
        {
            var subscription = new Subscription(new Reader(), 0, "hammer"u8.ToArray());
            var rounds = 0L;
            for (; !removed.IsCancellationRequested; rounds++)
            {
                Assert.True(index.Add(subscription));
                hammering.TrySetResult();
                Assert.True(index.Remove(subscription));
            }

            return rounds;
        });
        await hammering.Task.WaitAsync(TimeSpan.FromSeconds(60));

        try
        {
            Assert.Equal(many.Length, await OnThread(() => index.RemoveAll(many)).WaitAsync(TimeSpan.FromSeconds(60)));
        }
        finally
        {
            await removed.CancelAsync();
        }

        await hammer.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, index.Count);
    }

    // All writers meet on the same ten filters; a third of each one's subscriptions stay.
    private static List<Subscription> Write(SubscriptionIndex index, int number)
    {
        var kept = new List<Subscription>();
        var batch = new List<Subscription>();
        var matches = new Matches();
        for (var i = 0; i < PerWriter; i++)
        {
            var subscription = new Subscription(new Reader(), i, Topic(i % 10), i % 5 == 0 ? "q"u8.ToArray() : null);
            Assert.True(index.Add(subscription));
            index.Current.Match(subscription.Filter, matches);
            Assert.True(
                matches.Plain.Contains(subscription) || matches.Queues.Exists(group => group.Members.Contains(subscription)),
                $"writer {number} does not see its own addition {i}");
            switch (i % 3)
            {
                case 0:
                    kept.Add(subscription);
                    break;
                case 1:
                    Assert.True(index.Remove(subscription));
                    break;
                default:
                    batch.Add(subscription);
                    break;
            }
        }

        Assert.Equal(batch.Count, index.RemoveAll(batch));
        return kept;
    }

    private static long Read(SubscriptionIndex index, CancellationToken written)
    {
        var matches = new Matches();
        var reads = 0L;
        for (; !written.IsCancellationRequested; reads++)
        {
            var map = index.Current;
            var total = 0L;
            for (var topic = 0; topic < 10; topic++)
            {
                map.Match(Topic(topic), matches);
                total += matches.Plain.Count + matches.Queues.Sum(group => (long)group.Members.Length);
            }

            Assert.Equal(map.Count, total);
        }

        return reads;
    }

    private static byte[] Topic(int number) => Encoding.UTF8.GetBytes($"lab.{number}.temp");

    private static Task<T> OnThread<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private sealed class Reader : Subscriber;
}
