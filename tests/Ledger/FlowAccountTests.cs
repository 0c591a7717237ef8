using Anode.Ledger;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Ledger;

public sealed class FlowAccountTests(ITestOutputHelper output)
{
    [Fact]
    public void Any_order_with_copies_and_holes_is_counted_as_by_a_list()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var account = new FlowAccount(1, 1);
            var (seen, top, copies, late, farthest) = (new HashSet<long>(), -1L, 0L, 0L, 0L);
            var next = (long)random.Next(3);
            for (var step = 0; step < 300; step++)
            {
                var count = random.Next(3) == 0 ? random.Next(1, 200) : 1;
                var from = random.Next(4) == 0 && next > 0 ? random.NextInt64(Math.Max(0, next - 500), next) : next + (random.Next(10) == 0 ? random.Next(1, 50) : 0);
                account.Take(from, count, fromLink: false, subscribers: 2, links: 1);
                for (var number = from; number < from + count; number++)
                {
                    if (!seen.Add(number))
                        copies++;
                    else if (number < top)
                        (late, farthest) = (late + 1, Math.Max(farthest, top - number));
                    top = Math.Max(top, number);
                }

                next = Math.Max(next, from + count);
            }

            var figures = account.Figures();
            Assert.Equal(
                (seen.Count, copies, late, farthest, seen.Min(), top, top + 1 - seen.Min() - seen.Count),
                ((int)figures.Distinct, figures.Copies, figures.OutOfOrder, figures.FarthestBack, figures.First, figures.Last, figures.Missing));
            var holes = account.Gaps(1000);
            Assert.Equal(
                Enumerable.Range((int)figures.First, (int)(top + 1 - figures.First)).Select(n => (long)n).Where(n => !seen.Contains(n)),
                holes.SelectMany(gap => Enumerable.Range((int)gap.From, (int)(gap.To + 1 - gap.From)).Select(n => (long)n)));
            Assert.All(holes.Skip(1).Zip(holes), pair => Assert.True(pair.First.From > pair.Second.To + 1)); // each is one run
            Assert.Equal((2 * figures.FromClients, figures.FromClients), (figures.Queued, figures.SentOn));
        }
    }

    [Fact]
    public void Account_of_a_hole_wider_than_the_window_is_right()
    {
        var account = new FlowAccount(1, 1);
        account.Take(5, 10, true, 0, 0);
        account.Take(1_000_000, 1, true, 0, 0);
        account.Take(7, 1, true, 0, 0); // too far back to be known for a copy
        var figures = account.Figures();
        Assert.Equal((5, 1_000_000, 12, 1, 0), (figures.First, figures.Last, figures.FromLinks, figures.OutOfOrder, (int)figures.Copies));
    }
}
