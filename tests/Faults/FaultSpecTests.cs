using System.Text.Json;
using Anode.Faults;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Faults;

public sealed class FaultSpecTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    [Theory]
    [InlineData("latncy node", "kind: 'latncy' is none of latency, ")]
    [InlineData("latency node", "latency is missing")]
    [InlineData("latency node latency=20", "latency: '20' is not a duration")]
    [InlineData("latency node latency=20ms jiter=1ms", "latency has no 'jiter': did you mean 'jitter'?")]
    [InlineData("latency somewhere latency=20ms", "target: 'somewhere' is none of node, endpoint:NAME")]
    [InlineData("latency connection:x latency=20ms", "target: 'connection:x' is none of")]
    [InlineData("latency actor:/user/x latency=20ms", "target: latency is done to bytes, not to an actor")]
    [InlineData("actor-pause node", "target: actor-pause is done to actor:PATH")]
    [InlineData("loss member:b", "target: loss is done to link:NODE; to member:NODE only cluster-partition is")]
    [InlineData("cluster-partition link:b", "target: cluster-partition is done to member:NODE")]
    [InlineData("port-stolen node", "target: port-stolen is done to endpoint:NAME")]
    [InlineData("loss node probability=1.5", "probability: '1.5' is not a probability")]
    [InlineData("loss node for=2h", "for: a fault lasts at most 3600 s")]
    [InlineData("loss node direction=up", "direction: 'up' is none of both, in, out")]
    [InlineData("loss node id=a/b", "id: up to 100 characters")]
    [InlineData("bandwidth node rate=0", "rate: '0' is not a number of bytes of at least 1")]
    [InlineData("slicer node size=4 variation=4", "variation: '4' is not a number from 0 to 3")]
    [InlineData("slow-mailbox endpoint:x pause=2s every=1s", "pause: it is longer than zero and shorter than every")]
    [InlineData("loss", "a fault is KIND TARGET key=value")]
    [InlineData("loss node now", "'now' is not key=value")]
    public void What_cannot_be_is_refused_by_the_name_of_its_key(string text, string error)
    {
        var refused = Assert.Throws<FaultException>(() => FaultSpec.Read(FaultFields.Of(text), Longest));
        Assert.StartsWith(error, refused.Message);
    }

    [Fact]
    public void Words_and_JSON_say_the_same()
    {
        var words = FaultFields.Of("latency endpoint:tcp latency=20ms jitter=1.5ms distribution=normal probability=10% direction=out seed=7 for=30s id=slow");
        using var json = JsonDocument.Parse(words.ToJson());
        var spec = FaultSpec.Read(FaultFields.Of(json.RootElement), Longest);
        Assert.Equal(spec, FaultSpec.Read(words, Longest));
        Assert.Equal(
            new FaultSpec(
                "latency", "slow", new Latency(new Delay(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(1.5), Distribution.Normal)),
                new FaultTarget(TargetKind.Endpoint, "tcp"), FaultDirection.Out, 0.1, 7, TimeSpan.FromSeconds(30), TimeSpan.Zero),
            spec);
    }

    [Fact]
    public void Same_seed_throws_the_same_and_another_does_not()
    {
        var seed = Random.Shared.NextInt64();
        output.WriteLine($"seed {seed}");
        double[] Throws(long seed, long stream)
        {
            var dice = Dice.Of(seed, stream);
            return [.. Enumerable.Range(0, 100).Select(_ => dice.Fraction())];
        }

        Assert.Equal(Throws(seed, 3), Throws(seed, 3));
        Assert.NotEqual(Throws(seed, 3), Throws(seed, 4));
        Assert.NotEqual(Throws(seed, 3), Throws(seed + 1, 3));
        // Golden: the numbers of one seed must be the same in every version, or old experiments cannot be repeated.
        Assert.Equal(6_332_618_229_526_065_668UL, Dice.Of(42, 0).Next());
    }

    [Theory]
    [InlineData("Constant", 0)]
    [InlineData("Uniform", 10)]
    [InlineData("Normal", 10)]
    [InlineData("Exponential", 0)]
    [InlineData("Pareto", 20)]
    public void Delays_have_the_latency_for_their_mean(string distribution, int jitter)
    {
        var seed = Random.Shared.NextInt64();
        output.WriteLine($"seed {seed}");
        var dice = Dice.Of(seed, 0);
        var delay = new Delay(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(jitter), Enum.Parse<Distribution>(distribution));
        var drawn = Enumerable.Range(0, 50_000).Select(_ => delay.Draw(dice).TotalMilliseconds).ToList();
        // The widest of them deviates by 50 ms: six sigma of the mean of 50,000 are 1.4 ms.
        Assert.InRange(drawn.Average(), 48.5, 51.5);
        Assert.True(drawn.Min() >= 0);
    }
}
