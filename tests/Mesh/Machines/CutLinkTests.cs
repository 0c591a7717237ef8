using Anode.Tests.Processes;
using Anode.Tests.Support.Machines;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Mesh.Machines;

/// <summary>A link over which one end hears nothing any more, and neither end is told.</summary>
[Collection(nameof(AloneCollection))]
public sealed class CutLinkTests(ITestOutputHelper output)
{
    [FilteredMachinesTheory]
    [InlineData("a", "b")] // messages are lost, their acknowledgements would come
    [InlineData("b", "a")]
    public async Task Link_that_is_mute_one_way_is_found_goes_round_and_heals(string mute, string to)
    {
        await using var mesh = await MachineMesh.StartAsync();
        await using var stream = await NumberedStream.StartAsync(mesh.Network, "a", "b", subject => mesh.UntilKnownAsync("a", subject));
        await mesh.UntilAsync(() => Task.FromResult(stream.Received > 20), "nothing comes");
        var usual = stream.TakeLongestMs();

        var cut = Environment.TickCount64;
        await mesh.Network.MuteAsync(mute, to);
        await mesh.UntilAsync(async () => !(await mesh.LinksAsync()).Any(link => link is "a-b" or "b-a"), "the link still stands");
        var found = Environment.TickCount64 - cut;
        var before = stream.Received;
        await mesh.UntilAsync(() => Task.FromResult(stream.Received > before + 20), "nothing comes by way of c");
        var gap = stream.TakeLongestMs();

        var mended = Environment.TickCount64;
        await mesh.Network.UnfilterAsync("switch");
        await mesh.UntilWholeAsync();
        var healed = Environment.TickCount64 - mended;
        before = stream.Received;
        await mesh.UntilAsync(() => Task.FromResult(stream.Received > before + 20), "nothing comes any more");
        var (sent, lost, twice) = await stream.EndAsync();

        output.WriteLine($"{mute} mute to {to}: both ends knew after {found} ms; {gap} ms without a message (before: {usual}), then by way of c; linked again {healed} ms after the cut was mended; {sent} sent, {lost} lost, {twice} twice");
        Assert.Equal(0, twice);
        // A third of a second on a quiet machine, as printed; what else runs here has no say in whether it works.
        Assert.True(found < 5000, $"the cut was found only after {found} ms");
        // A message every 5 ms; what is lost was on its way or went into the cut.
        Assert.True(lost < 5000 / 5, $"{lost} of {sent} were lost");
    }
}
