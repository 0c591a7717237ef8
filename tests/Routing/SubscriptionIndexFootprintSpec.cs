using System.Text;
using Anode.Routing;
using Anode.Tests.Processes;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Routing;

/// <summary>Alone, for it takes a processor and 300 MB for some seconds.</summary>
[Collection(nameof(AloneCollection))]
public class SubscriptionIndexFootprintSpec(ITestOutputHelper output)
{
    [Fact]
    public async Task A_million_subscriptions_stay_small_and_give_everything_back()
    {
        var measured = await Measurement.OfAsync<Million>();
        var (own, share, kept, left) = (measured[0] / Million.Count, measured[1] / Million.Count, measured[2] / Million.Count, measured[3]);
        output.WriteLine($"{Million.Count:N0} subscriptions, each to a subject of its own: {own} bytes each and {share} in the index");
        // 64 + 8 for the object and the reference to it, about 48 for the filter; then node 72, audience 32, its array 32,
        // token 32, its place in the map about 20. A million take some 300 MB.
        Assert.InRange(own, 64, 160);
        Assert.InRange(share, 64, 300);
        Assert.InRange(kept, long.MinValue, 8);
        Assert.Equal(0, left);
    }

    private sealed class Million
    {
        public const int Count = 1_000_000;

        /// <summary>Bytes of the subscriptions, of the index with them, of the index without them again, and how many it still has.</summary>
        public static long[] Measure()
        {
            var index = new SubscriptionIndex();
            var start = GC.GetTotalMemory(forceFullCollection: true);
            var reader = new Reader();
            var subscriptions = new Subscription[Count];
            for (var i = 0; i < Count; i++)
                subscriptions[i] = new Subscription(reader, i, Encoding.UTF8.GetBytes($"site.{i % 1_000}.sensor.{i}"));
            var bare = GC.GetTotalMemory(forceFullCollection: true);
            foreach (var subscription in subscriptions)
                index.Add(subscription);
            var indexed = GC.GetTotalMemory(forceFullCollection: true);
            index.RemoveAll(subscriptions);
            var emptied = GC.GetTotalMemory(forceFullCollection: true);
            GC.KeepAlive(subscriptions);
            return [bare - start, indexed - bare, emptied - bare, index.Count];
        }
    }

    private sealed class Reader : Subscriber;
}
