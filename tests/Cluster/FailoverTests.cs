using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Anode.Cluster.Placement;
using Anode.Messages;
using Anode.Tests.Processes;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Cluster;

/// <summary>An endpoint that moves, on processes that are killed, told to go, and stopped.</summary>
[Collection(nameof(AloneCollection))]
public sealed class FailoverTests
{
    private const string Front = "tcp://127.0.0.1:0?name=front&placement=cluster";

    [Fact]
    public async Task Endpoint_survives_the_death_of_its_owner_a_move_and_a_leave()
    {
        await using var members = await Members.StartAsync(3, "--listen", Front);
        await OwnedAsync(members, "a", "abc");

        members["a"].Process.Kill();
        var killed = Environment.TickCount64;
        var watch = Stopwatch.StartNew();
        var heir = await OwnedByOtherAsync(members, "a", "bc");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(9), $"after {watch.Elapsed}"); // the detector alone takes fifteen

        await members.StartAsync("a");
        await members.UntilAsync(async () => (await members.MemberAsync("c", "a"))?.GetProperty("status").GetString() == "up", "c does not know a again");
        // Its host may have yet to report to the director, which waits for it.
        var moved = (await AnodeProcess.RunAsync("endpoint", "move", "front", "a", "--http", members["c"].Http!)).Exits(0);
        Assert.Equal("front: runs on a\n", moved.Out);
        await OwnedAsync(members, "a", "abc");
        var refused = await members.PostAsync("b", "/api/endpoints/front/move", new { node = "z" });
        Assert.Equal("there is no member named 'z'", (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString());

        (await members["a"].StopAsync()).Exits(0);
        await OwnedByOtherAsync(members, "a", "bc");
        Assert.Empty(AtMostOneOwner.Violations(
            [.. await HistoryAsync(members, "b"), .. await HistoryAsync(members, "c")], new Dictionary<string, long> { ["a"] = killed }));
        Assert.Contains(await HistoryAsync(members, heir), entry => entry.Acquired);
    }

    [Fact]
    public async Task Owner_that_stood_still_has_closed_it_when_another_has_it()
    {
        await using var members = await Members.StartAsync(3, "--listen", Front, "--set", "node.cluster.profile=lab");
        await OwnedAsync(members, "a", "abc");
        var door = await LocalAsync(members, "a");

        members["a"].Process.Freeze();
        await OwnedByOtherAsync(members, "a", "bc");
        members["a"].Process.Thaw();

        // It stood still, and it was put out meanwhile. Whichever it notices first, it serves nobody any more.
        var ended = await members["a"].Process.EndAsync();
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("can be started anew", ended.Error);
        await Assert.ThrowsAsync<IOException>(() => Anode.Sockets.Client.StreamClient.ConnectAsync(door, CancellationToken.None));
    }

    private static async Task<JsonElement> FrontAsync(Members members, string node) => await members.JsonAsync(node, "/api/endpoints/front");

    private static async Task<NetAddress> LocalAsync(Members members, string node) => NetAddress.Parse((await FrontAsync(members, node)).GetProperty("local").GetString()!);

    /// <summary>It serves there, and these say so.</summary>
    private static async Task OwnedAsync(Members members, string owner, string witnesses)
    {
        await members.UntilAsync(async () => (await FrontAsync(members, owner)).GetProperty("state").GetString() == "Bound", $"{owner} does not have it");
        foreach (var witness in witnesses)
            await members.UntilAsync(async () => (await FrontAsync(members, witness.ToString())).GetProperty("owner").GetString() == owner, $"{witness} does not know");
        using var client = await Blocking.Run(async () => NativeTestClient.Connect(await LocalAsync(members, owner))).Unwrap();
        Assert.Contains($"\"epoch\":\"{(await FrontAsync(members, owner)).GetProperty("epoch").GetString()}\"", client.Welcome);
    }

    private static async Task<string> OwnedByOtherAsync(Members members, string former, string heirs)
    {
        var owner = "";
        await members.UntilAsync(async () =>
        {
            foreach (var heir in heirs.Select(heir => heir.ToString()))
            {
                var front = await FrontAsync(members, heir);
                if (front.GetProperty("state").GetString() == "Bound" && front.GetProperty("owner").GetString() == heir)
                    owner = heir;
            }

            return owner.Length > 0;
        }, $"nobody took over from {former}");
        return owner;
    }

    private static async Task<IReadOnlyList<Ownership>> HistoryAsync(Members members, string node) =>
        [.. (await members.JsonAsync(node, "/api/cluster")).GetProperty("history").EnumerateArray().Select(entry => new Ownership(
            entry.GetProperty("endpoint").GetString()!,
            entry.GetProperty("node").GetString()!,
            EpochOf(entry.GetProperty("epoch").GetString()!),
            entry.GetProperty("what").GetString() == "acquired",
            entry.GetProperty("monotonicMs").GetInt64(),
            entry.GetProperty("at").GetDateTimeOffset()))];

    private static Epoch EpochOf(string text) => new(long.Parse(text.Split('.')[0]), long.Parse(text.Split('.')[1]));
}
