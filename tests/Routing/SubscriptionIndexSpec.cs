using System.Text;
using Anode.Routing;
using CsCheck;
using Xunit;

namespace Anode.Tests.Routing;

public class SubscriptionIndexSpec
{
    private static readonly Gen<string> Token = Gen.OneOfConst("a", "b", "c", "a*");

    private static readonly Gen<byte[]> AnySubject = Token.Array[1, 4].Select(Join);

    private static readonly Gen<byte[]> AnyFilter =
        Gen.Select(Gen.Frequency((3, Token), (1, Gen.Const("*"))).Array[0, 3], Gen.OneOfConst("a", "b", "*", ">"))
            .Select((head, last) => Join([.. head, last]));

    private static readonly Gen<Subscription> AnySubscription =
        Gen.Select(AnyFilter, Gen.OneOfConst<string?>(null, null, "q", "r"))
            .Select((filter, queue) => New(filter, queue));

    private enum Step
    {
        Add,
        AddAgain,
        Remove,
        RemoveAbsent,
        RemoveAll,
    }

    private static readonly Gen<(Step Step, Subscription Subscription, int Pick)> AnyStep = Gen.Select(
        Gen.Frequency(
            (8, Gen.Const(Step.Add)), (1, Gen.Const(Step.AddAgain)), (4, Gen.Const(Step.Remove)),
            (1, Gen.Const(Step.RemoveAbsent)), (1, Gen.Const(Step.RemoveAll))),
        AnySubscription,
        Gen.Int[0, 1_000]);

    [Fact]
    public void Random_changes_agree_with_a_list_and_leave_earlier_maps_as_they_were() =>
        Gen.Select(AnyStep.List[0, 80], AnySubject.Array[1, 20]).Sample((steps, subjects) =>
        {
            var index = new SubscriptionIndex();
            var model = new List<Subscription>();
            var history = new List<(RouteMap Map, Subscription[] Model)> { (index.Current, []) };
            foreach (var (step, subscription, pick) in steps)
            {
                Apply(step, subscription, pick, index, model);
                history.Add((index.Current, [.. model]));
            }

            foreach (var (map, then) in history)
                AssertSame(map, then, subjects);
            index.RemoveAll(model);
            AssertSame(index.Current, [], subjects);
        }, iter: 1_000);

    private static void Apply(Step step, Subscription subscription, int pick, SubscriptionIndex index, List<Subscription> model)
    {
        var before = index.Current;
        var known = model.Count == 0 ? null : model[pick % model.Count];
        switch (step)
        {
            case Step.AddAgain when known is not null:
                Assert.False(index.Add(known));
                Assert.Same(before, index.Current);
                break;
            case Step.Remove when known is not null:
                Assert.True(index.Remove(known));
                model.Remove(known);
                Assert.NotSame(before, index.Current);
                break;
            case Step.RemoveAll:
                Subscription[] leaving = [.. model.Where((_, i) => (i + pick) % 3 == 0)];
                Assert.Equal(leaving.Length, index.RemoveAll([.. leaving, subscription, .. leaving]));
                model.RemoveAll(leaving.Contains);
                break;
            case Step.RemoveAbsent:
                Assert.False(index.Remove(subscription));
                Assert.Same(before, index.Current);
                break;
            default:
                Assert.True(index.Add(subscription));
                model.Add(subscription);
                Assert.NotSame(before, index.Current);
                break;
        }
    }

    private static void AssertSame(RouteMap map, Subscription[] model, byte[][] subjects)
    {
        Assert.Equal(model.Length, map.Count);
        var matches = new Matches();
        foreach (var subject in subjects)
        {
            map.Match(subject, matches);
            var expected = model.Where(each => Subject.Matches(each.Filter, subject)).ToArray();
            AssertSameSet(expected.Where(each => each.Queue is null), matches.Plain);
            var groups = expected.Where(each => each.Queue is not null).ToLookup(each => Text(each.Queue!));
            Assert.Equal(groups.Select(group => group.Key).Order(), matches.Queues.Select(group => Text(group.Name)).Order());
            foreach (var group in matches.Queues)
                AssertSameSet(groups[Text(group.Name)], group.Members);
        }
    }

    private static void AssertSameSet(IEnumerable<Subscription> expected, IEnumerable<Subscription> actual)
    {
        Subscription[] wanted = [.. expected];
        Subscription[] found = [.. actual];
        Assert.Equal(wanted.Length, found.Length);
        Assert.Empty(wanted.Except(found));
    }

    [Fact]
    public void One_queue_name_under_two_matching_filters_is_one_group()
    {
        var index = new SubscriptionIndex();
        var wide = Subscribe(index, "job.>", "workers");
        var narrow = Subscribe(index, "job.*", "workers");
        var other = Subscribe(index, "job.*", "audit");

        var matches = Match(index, "job.1");

        Assert.Empty(matches.Plain);
        Assert.Equal(["audit", "workers"], matches.Queues.Select(group => Text(group.Name)).Order());
        AssertSameSet([wide, narrow], matches.Queues.Single(group => Text(group.Name) == "workers").Members);
        AssertSameSet([other], matches.Queues.Single(group => Text(group.Name) == "audit").Members);
        AssertSameSet([wide], Assert.Single(Match(index, "job.1.x").Queues).Members);
    }

    [Fact]
    public void Subscribers_of_one_filter_are_matched_in_the_order_they_came()
    {
        var index = new SubscriptionIndex();
        var all = Enumerable.Range(0, 50).Select(_ => Subscribe(index, "a.b")).ToList();
        index.Remove(all[20]);
        all.RemoveAt(20);

        Assert.Equal(all, Match(index, "a.b").Plain);
    }

    [Fact]
    public void Longest_subject_of_128_tokens_is_matched()
    {
        var index = new SubscriptionIndex();
        var literal = string.Join('.', Enumerable.Repeat("x", 128));
        var stars = string.Join('.', Enumerable.Repeat("*", 128));
        Subscription[] expected = [Subscribe(index, literal), Subscribe(index, stars), Subscribe(index, ">")];

        Assert.Equal(Subject.MaxBytes, literal.Length);
        AssertSameSet(expected, Match(index, literal).Plain);
        Assert.Equal(3, index.RemoveAll(expected));
        Assert.Equal(0, index.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a.")]
    [InlineData(".a")]
    [InlineData("a..b")]
    public void What_has_an_empty_token_concerns_nobody(string text)
    {
        var index = new SubscriptionIndex();
        foreach (var filter in new[] { ">", "*", "a.>", "*.*", "a" })
            Subscribe(index, filter);

        Assert.True(Match(index, text).IsEmpty);
    }

    [Theory]
    [InlineData('.')]
    [InlineData('x')]
    public void Text_longer_than_a_subject_concerns_nobody(char filler)
    {
        var index = new SubscriptionIndex();
        Subscribe(index, ">");

        Assert.True(Match(index, new string(filler, 5_000)).IsEmpty);
    }

    [Fact]
    public void Matching_with_a_warm_buffer_allocates_nothing()
    {
        var index = new SubscriptionIndex();
        foreach (var filter in new[] { "a.b.c", "a.*.c", "a.>", ">", "*.*.*" })
            Subscribe(index, filter);
        Subscribe(index, "a.b.*", "q");
        var matches = Match(index, "a.b.c");

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            index.Current.Match("a.b.c"u8, matches);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(5, matches.Plain.Count);
        Assert.Equal(0, allocated);
    }

    private static Subscription Subscribe(SubscriptionIndex index, string filter, string? queue = null)
    {
        var subscription = New(Encoding.UTF8.GetBytes(filter), queue);
        Assert.True(index.Add(subscription));
        return subscription;
    }

    private static Subscription New(byte[] filter, string? queue) =>
        new(new Reader(), 1, filter, queue is null ? null : Encoding.UTF8.GetBytes(queue));

    private static Matches Match(SubscriptionIndex index, string subject)
    {
        var matches = new Matches();
        index.Current.Match(Encoding.UTF8.GetBytes(subject), matches);
        return matches;
    }

    private static byte[] Join(string[] tokens) => Encoding.UTF8.GetBytes(string.Join('.', tokens));

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private sealed class Reader : Subscriber;
}
