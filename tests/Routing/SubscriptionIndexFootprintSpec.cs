using System.Text;
using Anode.Routing;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Routing;

/// <summary>Measures the heap of the process, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(SubscriptionIndexFootprintSpec), DisableParallelization = true)]
[Collection(nameof(SubscriptionIndexFootprintSpec))]
public class SubscriptionIndexFootprintSpec(ITestOutputHelper output)
{
    private const int Count = 1_000_000;

    [Fact]
    public void A_million_subscriptions_stay_small_and_give_everything_back()
    {
        var reader = new Reader();
        var index = new SubscriptionIndex();
        var start = GC.GetTotalMemory(forceFullCollection: true);
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

        var own = (bare - start) / Count;
        var share = (indexed - bare) / Count;
        output.WriteLine($"{Count:N0} subscriptions, each to a subject of its own: {own} bytes each and {share} in the index");
        // 64 + 8 for the object and the reference to it, about 48 for the filter; then node 72, audience 32, its array 32,
        // token 32, its place in the map about 20. A million take some 300 MB.
        Assert.InRange(own, 64, 160);
        Assert.InRange(share, 64, 300);
        Assert.InRange(emptied - bare, long.MinValue, Count * 8L);
        Assert.Equal(0, index.Count);
    }

    private sealed class Reader : Subscriber;
}
