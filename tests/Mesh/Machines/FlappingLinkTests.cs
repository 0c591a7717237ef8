using System.Globalization;
using Anode.Tests.Processes;
using Anode.Tests.Support.Machines;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Mesh.Machines;

/// <summary>
/// A link that breaks and could stand again every 100 ms: for a few seconds, or <c>ANODE_SOAK_FLAPPING=60</c>. Once with resets, so that every break is
/// noticed, and once in silence.
/// </summary>
[Collection(nameof(AloneCollection))]
public sealed class FlappingLinkTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Phase = TimeSpan.FromMilliseconds(100);

    private static readonly int? Soak =
        int.TryParse(Environment.GetEnvironmentVariable("ANODE_SOAK_FLAPPING"), CultureInfo.InvariantCulture, out var seconds) ? seconds : null;

    private static readonly int Seconds = Soak ?? 3;

    [FilteredMachinesTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Link_that_flaps_raises_no_storm_leaves_nothing_behind_and_disturbs_nobody(bool resets)
    {
        // Beside the rest of the suite a busy machine must not look like a silent peer; the soak has a quiet one.
        await using var mesh = await MachineMesh.StartAsync(Soak is not null ? [] : ["--set", "node.links.probe-interval=250ms"]);
        await using var over = await NumberedStream.StartAsync(mesh.Network, "a", "b", subject => mesh.UntilKnownAsync("a", subject));
        await using var beside = await NumberedStream.StartAsync(mesh.Network, "a", "c", subject => mesh.UntilKnownAsync("a", subject));
        await using var local = LocalTraffic.On(mesh.Network, "b");
        await mesh.UntilAsync(() => Task.FromResult(over.Received > 100 && beside.Received > 100), "nothing comes");
        (over.TakeLongestMs(), beside.TakeLongestMs(), local.Take()).ToString();
        var before = await FootprintsAsync(mesh);

        var flaps = 0;
        using (var pace = new PeriodicTimer(Phase))
        {
            for (var end = Environment.TickCount64 + Seconds * 1000; Environment.TickCount64 < end; flaps++)
            {
                await (resets ? mesh.Network.ResetAsync("a", "b") : mesh.Network.MuteAsync("a", "b"));
                await pace.WaitForNextTickAsync(CancellationToken.None);
                await mesh.Network.UnfilterAsync(resets ? "b" : "switch");
                await pace.WaitForNextTickAsync(CancellationToken.None);
            }
        }

        var (gapOver, gapBeside, (rounds, breaks, longest)) = (over.TakeLongestMs(), beside.TakeLongestMs(), local.Take());
        var during = await FootprintsAsync(mesh);
        await mesh.UntilWholeAsync();
        var (sentOver, lostOver, twiceOver) = await over.EndAsync();
        var (sentBeside, lostBeside, twiceBeside) = await beside.EndAsync();
        var after = await FootprintsAsync(mesh);

        output.WriteLine($"{flaps} flaps in {Seconds} s {(resets ? "with resets" : "in silence")}");
        output.WriteLine($"a to b: {sentOver} sent, {lostOver} lost, {twiceOver} twice, at most {gapOver} ms without one");
        output.WriteLine($"a to c: {sentBeside} sent, {lostBeside} lost, {twiceBeside} twice, at most {gapBeside} ms without one");
        output.WriteLine($"within b: {rounds} to and fro, {breaks} connections broke, at most {longest} ms without one");
        foreach (var name in mesh.Names)
            output.WriteLine($"{name}: before {before[name]}; then {during[name]}; at last {after[name]}");

        Assert.Equal((0, 0, 0, 0), (twiceOver, twiceBeside, lostBeside, breaks));
        foreach (var name in mesh.Names)
        {
            var (was, then, now) = (before[name], during[name], after[name]);
            // A link that stands for less than 10 s is dialled at longer and longer intervals; each end says once that it is there and once that it is not.
            Assert.True(then.Accepted - was.Accepted <= 6 + Seconds / 5, $"{name} was dialled {then.Accepted - was.Accepted} times");
            Assert.True(then.Records - was.Records <= 4 * (6 + Seconds / 5), $"{name} was told of {then.Records - was.Records} records");
            Assert.True(now.Actors <= was.Actors + 4, $"{name} had {was.Actors} actors, and has {now.Actors}");
            Assert.True(now.Descriptors <= was.Descriptors + 8, $"{name} had {was.Descriptors} descriptors, and has {now.Descriptors}");
            Assert.True(now.ResidentBytes < was.ResidentBytes + 60_000_000, $"{name} had {was.ResidentBytes} bytes, and has {now.ResidentBytes}");
        }
    }

    private static async Task<Dictionary<string, Footprint>> FootprintsAsync(MachineMesh mesh)
    {
        var all = new Dictionary<string, Footprint>();
        foreach (var name in mesh.Names)
        {
            var nodes = (await mesh.JsonAsync(name, "/api/links")).GetProperty("nodes").EnumerateArray();
            var link = await mesh.JsonAsync(name, "/api/endpoints/link");
            var watch = new ProcessWatch(mesh.Nodes[name].Process.Id);
            all[name] = new Footprint(
                link.GetProperty("accepted").GetInt64(), nodes.Sum(node => node.GetProperty("version").GetInt64()),
                Count(await mesh.JsonAsync(name, "/api/supervision")), watch.Descriptors, watch.ResidentBytes);
        }

        return all;

        static int Count(System.Text.Json.JsonElement actor) => 1 + actor.GetProperty("children").EnumerateArray().Sum(Count);
    }

    /// <param name="Accepted">Links its listener took.</param>
    /// <param name="Records">Versions of all records it knows.</param>
    private sealed record Footprint(long Accepted, long Records, int Actors, int Descriptors, long ResidentBytes);
}
