using System.Text;
using Anode.Mesh;
using Anode.Routing;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Mesh;

/// <summary>What nodes tell each other of their clients' subscriptions, and how a copy that missed something gets whole again.</summary>
public sealed class InterestTests(ITestOutputHelper output)
{
    private sealed class Somebody : Subscriber;

    [Fact]
    public void Same_filter_of_many_clients_is_told_once_and_ends_with_the_last()
    {
        var (local, woken) = (new LocalInterest(), 0);
        local.Watch(() => woken++);
        var index = new SubscriptionIndex(local);
        var (first, second) = (Subscribed("a.*"), Subscribed("a.*"));
        index.Add(first);
        index.Add(second);
        Assert.Equal([("a.*", true)], Told(local));
        index.Remove(first);
        Assert.Empty(Told(local));
        index.Remove(second);
        Assert.Equal([("a.*", false)], Told(local));
        Assert.Equal(2, woken);
    }

    [Fact]
    public void What_comes_and_goes_before_anybody_asks_is_not_told()
    {
        var local = new LocalInterest();
        var index = new SubscriptionIndex(local);
        var subscription = Subscribed("a");
        index.Add(subscription);
        index.Remove(subscription);
        index.Remove(subscription);
        Assert.Empty(local.Drain());
        var limited = Subscribed("b");
        index.Add(limited);
        index.Replace(limited, limited.WithMax(5));
        Assert.Equal([("b", true)], Told(local));
    }

    [Fact]
    public void Changes_that_do_not_follow_are_not_taken_and_the_whole_heals()
    {
        var index = new SubscriptionIndex();
        var copy = new RemoteInterest("other", index);
        Assert.True(copy.Hear(new InterestNews("other", 5, 0, 1, true, [Begins("a"), Begins("b")])) is false);
        Assert.True(copy.Hear(new InterestNews("other", 5, InterestNews.Whole, 3, false, [Begins("a")])));
        Assert.Equal(0, index.Count);
        Assert.True(copy.Hear(new InterestNews("other", 5, InterestNews.Whole, 3, true, [Begins("b")])));
        Assert.Equal(2, index.Count);
        Assert.True(copy.Hear(new InterestNews("other", 5, 3, 4, true, [new InterestChange(Interest("a"), false), Begins("c")])));
        Assert.Equal(["b", "c"], copy.Table.Entries.Select(entry => Encoding.UTF8.GetString(entry.Filter)).Order());
        Assert.True(copy.Hear(new InterestNews("other", 5, 2, 3, true, [Begins("late")]))); // known already
        Assert.False(copy.Hear(new InterestNews("other", 5, 7, 8, true, [Begins("d")])));
        copy.RemoveAll();
        Assert.Equal(0, index.Count);
    }

    [Fact]
    public void Copies_have_the_owners_digest_whatever_way_they_came_there()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var owner = new InterestTable();
        var follower = new InterestTable();
        var held = new HashSet<string>();
        for (var version = 0; version < 300; version++)
        {
            var filter = $"f.{random.Next(60)}";
            var change = new InterestChange(Interest(filter, random.Next(2) == 0 ? null : "q"), !held.Contains(filter) || random.Next(2) == 0);
            owner.Advance(1, [change]);
            follower.Apply(1, owner.Version, [change], []);
            Assert.Equal((owner.Version, owner.Digest), (follower.Version, follower.Digest));
        }

        var late = new InterestTable();
        late.Replace(1, owner.Version, owner.Entries, []);
        Assert.Equal(owner.Digest, late.Digest);
        late.Replace(1, owner.Version, owner.Entries.Skip(1), []);
        Assert.NotEqual(owner.Digest, late.Digest);
    }

    private static IEnumerable<(string Filter, bool Begins)> Told(LocalInterest local) =>
        local.Drain().Select(change => (Encoding.UTF8.GetString(change.Interest.Filter), change.Begins));

    private static InterestChange Begins(string filter) => new(Interest(filter), true);

    private static Interest Interest(string filter, string? queue = null) =>
        new(Encoding.UTF8.GetBytes(filter), queue is null ? null : Encoding.UTF8.GetBytes(queue));

    private static Subscription Subscribed(string filter) => new(new Somebody(), 1, Encoding.UTF8.GetBytes(filter));
}
