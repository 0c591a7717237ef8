using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Cli.Bench;

/// <summary>A generator that measures must see when a server loses, doubles or swaps a single message.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(false, Fault.LosesOne, "1 lost, 0 duplicated, 0 out of order, 0 foreign", "subscriber 0: publisher 0: 10 missing, 11 came instead")]
    [InlineData(true, Fault.LosesOne, "1 lost, 0 duplicated, 0 out of order, 0 foreign", "subscriber 0: publisher 0: 10 missing, 11 came instead")]
    [InlineData(false, Fault.RepeatsOne, "0 lost, 1 duplicated, 0 out of order, 0 foreign", "subscriber 0: publisher 0: 10 came again")]
    [InlineData(true, Fault.RepeatsOne, "0 lost, 1 duplicated, 0 out of order, 0 foreign", "subscriber 0: publisher 0: 10 came again")]
    [InlineData(false, Fault.SwapsTwo, "0 lost, 0 duplicated, 1 out of order, 0 foreign", "subscriber 0: publisher 0: 10 came late, after 11")]
    [InlineData(true, Fault.SwapsTwo, "0 lost, 0 duplicated, 1 out of order, 0 foreign", "subscriber 0: publisher 0: 10 came late, after 11")]
    [InlineData(false, Fault.AddsAForeignOne, "0 lost, 0 duplicated, 0 out of order, 1 foreign", "subscriber 0: a message of somebody else came")]
    [InlineData(true, Fault.AddsAForeignOne, "0 lost, 0 duplicated, 0 out of order, 1 foreign", "subscriber 0: a message of somebody else came")]
    public async Task One_bad_delivery_fails_the_command_and_is_named(bool nats, Fault fault, string counts, string sentence)
    {
        using var server = new FaultyServer(nats, fault);

        var outcome = (await RunAsync(server, "--size", "16")).Exits(1);

        Assert.Contains("FAILED: ", outcome.Out);
        Assert.Contains(counts, outcome.Error);
        Assert.Contains(sentence, outcome.Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deliveries_in_odd_pieces_pass(bool nats)
    {
        using var server = new FaultyServer(nats, Fault.None);

        var outcome = (await RunAsync(server, "--size", "300")).Exits(0);

        Assert.Contains("no gap, no duplicate, in order", outcome.Out);
    }

    [Fact]
    public async Task What_has_not_come_when_the_drain_is_over_is_lost()
    {
        using var server = new FaultyServer(nats: true, Fault.LosesTheRest);

        var outcome = (await RunAsync(server, "--drain", "1", "--rate", "1000")).Exits(1);

        Assert.Matches("subscriber 0: publisher 0: 50 to [0-9]+ never came", outcome.Error);
    }

    [Theory]
    [InlineData(Fault.LosesOne, "the group: publisher 0: 1 of [0-9]+ never came")]
    [InlineData(Fault.RepeatsOne, "the group: publisher 0: 1 came twice")]
    [InlineData(Fault.SwapsTwo, "subscriber 0: publisher 0: 10 came after 11")]
    public async Task Queue_group_has_to_get_everything_once(Fault fault, string sentence)
    {
        using var server = new FaultyServer(nats: true, fault);

        var outcome = (await RunAsync(server, "--queue", "workers", "--drain", "1")).Exits(1);

        Assert.Matches(sentence, outcome.Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connection_lost_within_a_run_is_a_sentence(bool nats)
    {
        using var server = new FaultyServer(nats, Fault.HangsUp);

        var outcome = (await RunAsync(server)).Exits(1);

        Assert.StartsWith("anode: publisher 0 lost its connection: ", outcome.Error);
    }

    [Theory]
    [InlineData(false, "slow-consumer: too slow")]
    [InlineData(true, "Maximum Payload Violation")]
    public async Task Refusal_within_a_run_is_shown(bool nats, string reason)
    {
        using var server = new FaultyServer(nats, Fault.Refuses);

        var outcome = (await RunAsync(server, "--duration", "5")).Exits(1);

        Assert.EndsWith($" refused: {reason}\n", outcome.Error);
    }

    [Fact]
    public async Task Server_of_the_other_protocol_is_a_sentence()
    {
        using var server = new FaultyServer(nats: true, Fault.None);

        var outcome = (await InProcess.RunAsync("bench", "pub-sub", "--server", server.Uri, "--protocol", "native")).Exits(1);

        Assert.Matches(@"^anode: tcp://127\.0\.0\.1:\d+ does not speak native: what came is not the native protocol: its length\n$", outcome.Error);
    }

    [Fact]
    public async Task Server_that_is_not_there_is_a_sentence()
    {
        var outcome = (await InProcess.RunAsync("bench", "pub-sub", "--server", "unix:@anode-nobody")).Exits(1);

        Assert.Equal("anode: cannot connect to unix:@anode-nobody: connection refused\n", outcome.Error);
    }

    private static Task<Outcome> RunAsync(FaultyServer server, params string[] flags)
    {
        string[] defaults = ["--warm-up", "0", .. flags.Contains("--duration") ? [] : (string[])["--duration", "1"], .. flags.Contains("--rate") ? [] : (string[])["--rate", "400"]];
        return InProcess.RunAsync(["bench", "pub-sub", "--server", server.Uri, .. defaults, .. flags]);
    }
}
