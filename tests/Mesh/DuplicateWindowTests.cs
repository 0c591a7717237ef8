using Anode.Mesh;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Mesh;

public sealed class DuplicateWindowTests(ITestOutputHelper output)
{
    [Fact]
    public void Number_is_new_once_and_what_is_below_the_window_never()
    {
        var window = new DuplicateWindow(64);
        Assert.True(window.TryTake(1000));
        Assert.False(window.TryTake(1000));
        Assert.True(window.TryTake(990)); // late, and not seen
        Assert.False(window.TryTake(990));
        Assert.True(window.TryTake(1063));
        Assert.False(window.TryTake(999)); // below by now
        Assert.True(window.TryTake(1001));
    }

    [Fact]
    public void Run_is_taken_whole_or_not_at_all()
    {
        var window = new DuplicateWindow(128);
        Assert.True(window.TryTake(10, 5));
        Assert.False(window.TryTake(14, 5));
        Assert.True(window.TryTake(15, 4));
        Assert.True(window.TryTake(5, 5));
        Assert.False(window.TryTake(0, 6));
        Assert.True(window.TryTake(0, 5));
    }

    [Fact]
    public void Note_is_kept_for_a_number_in_the_window()
    {
        var window = new DuplicateWindow(64, withNotes: true);
        Assert.True(window.TryTake(70));
        window.Note(70, 1000);
        Assert.Equal(255, window.NoteOf(70));
    }

    [Fact]
    public void Names_that_are_invented_do_not_make_a_node_grow()
    {
        var windows = new DuplicateWindows();
        var known = windows.Of("real", 1, Lane.Receipted);
        Assert.NotNull(known);
        var kept = Enumerable.Range(0, 10_000).Count(i => windows.Of($"invented-{i}", 1, Lane.Bulk) is not null);
        Assert.InRange(kept, 1, 4096);
        Assert.Same(known, windows.Of("real", 1, Lane.Receipted));
        windows.Trim(node => node == "real");
        Assert.Same(known, windows.Of("real", 1, Lane.Receipted));
        Assert.NotNull(windows.Of("late", 1, Lane.Normal));
    }

    [Fact]
    public void Any_order_of_runs_is_judged_as_by_a_set()
    {
        const int Bits = 256;
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var window = new DuplicateWindow(Bits);
            var seen = new HashSet<long>();
            var (top, at) = (-1L, (long)random.Next(10_000));
            for (var step = 0; step < 300; step++)
            {
                at = Math.Max(0, at + random.Next(-100, 160));
                var count = random.Next(1, random.Next(2) == 0 ? 3 : 400);
                if (top < 0)
                    top = at;
                var run = Enumerable.Range(0, count).Select(i => at + i).ToList();
                var isNew = at >= top || run.TrueForAll(number => number >= top ? true : number >= top - Bits && !seen.Contains(number));
                Assert.Equal(isNew, window.TryTake(at, count));
                if (!isNew)
                    continue;
                seen.UnionWith(run);
                top = Math.Max(top, at + count);
            }
        }
    }
}
