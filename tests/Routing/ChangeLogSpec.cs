using System.Text;
using Anode.Routing;
using CsCheck;
using Xunit;

namespace Anode.Tests.Routing;

/// <summary>What the log calls no concern of a subject has changed nothing for it.</summary>
public class ChangeLogSpec
{
    private static readonly string[] Filters = ["a", "a.b", "a.*", "*.b", "a.>", ">", "*", "a.b.c", "b.c", "b.*.d", "*.*.*"];
    private static readonly string[] Subjects = ["a", "b", "a.b", "b.b", "a.b.c", "b.c", "b.c.d", "c.d.e.f"];

    [Fact]
    public void A_subject_that_no_change_may_concern_has_the_same_subscribers_as_before() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, Filters.Length - 1], Gen.Int[0, 1_000]).Array[1, 60].Sample(steps =>
        {
            var index = new SubscriptionIndex();
            var all = new List<Subscription>();
            var history = new List<RouteMap> { index.Current };
            foreach (var (what, filter, pick) in steps)
            {
                Apply(index, all, what, Filters[filter], pick);
                history.Add(index.Current);
            }

            foreach (var subject in Subjects.Select(Encoding.UTF8.GetBytes))
            {
                foreach (var then in history)
                {
                    if (!index.Changes.MayConcern(subject, then.Version, index.Current.Version, worth: 1_000))
                        Assert.Equal(Match(then, subject), Match(index.Current, subject));
                }
            }
        }, iter: 2_000);

    [Theory]
    [InlineData("a.b", "a.b", true)]
    [InlineData("a.*", "a.b", true)]
    [InlineData(">", "a.b", true)]
    [InlineData("a.c", "a.b", false)]
    [InlineData("a.b.>", "a.b", false)]
    public void A_change_concerns_the_subjects_its_filter_matches(string filter, string subject, bool concerned)
    {
        var index = new SubscriptionIndex();

        index.Add(New(filter));

        Assert.Equal(concerned, index.Changes.MayConcern(Encoding.UTF8.GetBytes(subject), 0, index.Current.Version, worth: 1));
    }

    [Fact]
    public void What_lies_too_far_back_or_was_never_logged_concerns_everybody()
    {
        var index = new SubscriptionIndex();
        for (var i = 0; i < ChangeLog.Capacity + 10; i++)
            index.Add(New("other"));
        var now = index.Current.Version;

        Assert.False(index.Changes.MayConcern("a"u8, now - ChangeLog.Capacity, now, worth: int.MaxValue));
        Assert.True(index.Changes.MayConcern("a"u8, now - ChangeLog.Capacity - 1, now, worth: int.MaxValue));
        Assert.True(index.Changes.MayConcern("a"u8, now - 11, now, worth: 10));
        Assert.True(index.Changes.MayConcern("a"u8, now, now + 1, worth: 10));
    }

    [Fact]
    public void Beside_writers_a_reader_that_trusts_the_log_never_keeps_an_answer_that_is_wrong()
    {
        var index = new SubscriptionIndex();
        var wrong = 0L;
        var kept = 0L;
        var left = 3;
        using var together = new Barrier(4);
        var work = Enumerable.Range(0, 3).Select(number => (Action)(() =>
        {
            var mine = new List<Subscription>();
            var random = new Random(number);
            together.SignalAndWait();
            for (var i = 0; i < 5_000; i++)
                Apply(index, mine, random.Next(6), Filters[random.Next(Filters.Length)], random.Next(1_000));
            Interlocked.Decrement(ref left);
        })).Append(() =>
        {
            var subject = "a.b"u8.ToArray();
            var known = index.Current;
            var answer = Match(known, subject);
            together.SignalAndWait();
            while (Volatile.Read(ref left) > 0)
            {
                var map = index.Current;
                var fresh = Match(map, subject);
                if (index.Changes.MayConcern(subject, known.Version, map.Version, worth: 64))
                    answer = fresh;
                else if (answer.SequenceEqual(fresh))
                    kept++;
                else
                    wrong++;
                known = map;
            }
        });

        Support.Threads.Run([.. work]);

        Assert.Equal(0, wrong);
        Assert.NotEqual(0, kept);
    }

    private static void Apply(SubscriptionIndex index, List<Subscription> all, int what, string filter, int pick)
    {
        var known = all.Count == 0 ? null : all[pick % all.Count];
        switch (what)
        {
            case 0 when known is not null:
                index.Remove(known);
                all.Remove(known);
                break;
            case 1 when known is not null:
                var limited = known.WithMax(5);
                index.Replace(known, limited);
                all[all.IndexOf(known)] = limited;
                break;
            case 2 when pick % 10 == 0:
                index.RemoveAll(all);
                all.Clear();
                break;
            default:
                all.Add(New(filter, pick % 4 == 0 ? "q" : null));
                index.Add(all[^1]);
                break;
        }
    }

    private static Subscription[] Match(RouteMap map, byte[] subject)
    {
        var matches = new Matches();
        map.Match(subject, matches);
        return [.. matches.Plain.Concat(matches.Queues.SelectMany(group => group.Members)).OrderBy(subscription => subscription.Birth)];
    }

    private static Subscription New(string filter, string? queue = null) =>
        new(new Reader(), 1, Encoding.UTF8.GetBytes(filter), queue is null ? null : Encoding.UTF8.GetBytes(queue));

    private sealed class Reader : Subscriber;
}
