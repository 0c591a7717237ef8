using Anode.Routing;
using CsCheck;
using Xunit;

namespace Anode.Tests.Routing;

public class CrowdSpec
{
    private static readonly Gen<(bool Add, int Pick)> AnyStep = Gen.Select(Gen.Bool, Gen.Int[0, 1_000_000]);

    [Fact]
    public void Random_changes_agree_with_a_sorted_set_and_leave_earlier_crowds_as_they_were() =>
        Gen.Select(Gen.OneOf(Gen.Int[1, 20], Gen.Int[500, 540], Gen.Int[1_500, 3_000]), AnyStep.Array[0, 400]).Sample((size, steps) =>
        {
            var all = Make(size);
            // In any order: who was made first need not come first.
            new Random(size).Shuffle(all.AsSpan(0, size / 2));
            var crowd = default(Crowd);
            var model = new SortedSet<Subscription>(ByBirth);
            foreach (var subscription in all.Take(size * 3 / 4))
                Change(ref crowd, model, subscription, add: true);
            var (earlier, then) = (crowd, model.ToArray());

            foreach (var (add, pick) in steps)
                Change(ref crowd, model, all[pick % size], add);

            AssertSame(model, crowd);
            AssertSame(then, earlier);
            foreach (var subscription in model.ToArray())
                Change(ref crowd, model, subscription, add: false);
            Assert.True(crowd.IsEmpty);
        }, iter: 300);

    [Fact]
    public void Adding_to_a_large_crowd_copies_a_small_part_of_it()
    {
        const int Many = 50_000;
        var crowd = default(Crowd);
        var all = Make(Many);

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var subscription in all)
            crowd = crowd.With(subscription);
        foreach (var subscription in all)
            crowd = crowd.Without(subscription);
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / (2 * Many);

        Assert.True(crowd.IsEmpty);
        Assert.InRange(each, 0, 8_000); // as one array: 200,000 on average
    }

    private static readonly Comparer<Subscription> ByBirth = Comparer<Subscription>.Create((a, b) => a.Birth.CompareTo(b.Birth));

    private static Subscription[] Make(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Subscription(new Reader(), i, "a"u8.ToArray()))];

    private static void Change(ref Crowd crowd, SortedSet<Subscription> model, Subscription subscription, bool add)
    {
        var after = add ? crowd.With(subscription) : crowd.Without(subscription);
        Assert.Equal(add ? model.Add(subscription) : model.Remove(subscription), !after.Is(crowd));
        crowd = after;
        Assert.Equal(model.Count == 0, crowd.IsEmpty);
    }

    private static void AssertSame(IEnumerable<Subscription> expected, Crowd crowd)
    {
        var list = new List<Subscription>();
        crowd.AddTo(list);
        Assert.Equal(expected, list);
    }

    private sealed class Reader : Subscriber;
}
