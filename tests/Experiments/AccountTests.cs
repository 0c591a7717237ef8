using System.Text.Json.Nodes;
using Anode.Experiments.Accounting;
using Anode.Experiments.Histories;
using Anode.Experiments.Reports;
using Anode.Experiments.SelfTests;
using Xunit;

namespace Anode.Tests.Experiments;

/// <summary>Histories → counts → verdicts, on histories made by hand.</summary>
public sealed class AccountTests
{
    [Fact]
    public void Clean_history_passes_every_check()
    {
        var results = Of(CleanHistory.Lines());
        Assert.Equal(Verdict.Pass, results.Judgement.Verdict);
        Assert.Equal(1400, results.Accounts[1].Sum(t => t.Delivered));
        Assert.Equal(0, results.Accounts[1].Recoveries.Single().Recover);
        Assert.Equal(1, results.Accounts[1].Availability);
        Assert.Equal(.4, results.Accounts[1].DeliveryLatency["baseline"].P50, 3);
    }

    public static TheoryData<string> Bugs => [.. Planted.All.Select(bug => bug.Name)];

    [Theory]
    [MemberData(nameof(Bugs))]
    public void Planted_bug_is_caught_and_named_by_its_own_check(string name)
    {
        var bug = Planted.All.Single(b => b.Name == name);
        var judgement = Of(bug.Plant(CleanHistory.Lines())).Judgement;
        Assert.NotEqual(Verdict.Pass, judgement.Verdict);
        Assert.Contains(judgement.Checks, check => check.Verdict != Verdict.Pass && check.Name.StartsWith(bug.Check, StringComparison.Ordinal));
        Assert.DoesNotContain(judgement.Checks, check => check.Verdict != Verdict.Pass && check.Name == bug.Spared);
        Assert.All(judgement.Reasons, reason => Assert.NotEmpty(reason));
    }

    [Fact]
    public void Loss_during_a_fault_is_in_its_time_and_unexplained_nevertheless()
    {
        var lines = CleanHistory.Lines();
        var during = Without(lines, "got", line => (long)line["t"]! is > 3_500_000 and < 3_520_000);
        Assert.All(Of(during).Accounts[1].Losses, loss => Assert.Equal("f1", loss.Charge));
        Assert.NotEmpty(Of(during).Accounts[1].Losses);
        Assert.All(Of(during).Accounts[1].Losses, loss => Assert.False(loss.Why.IsOne));
        var before = Without(lines, "got", line => (long)line["t"]! is > 2_000_000 and < 2_020_000);
        Assert.All(Of(before).Accounts[1].Losses, loss => Assert.Equal("", loss.Charge));
    }

    [Fact]
    public void Ok_that_names_fewer_receivers_than_there_are_is_no_lie_and_the_others_are_unheard()
    {
        var lines = CleanHistory.Lines();
        var at = lines.FindLastIndex(line => line.Contains("\"e\":\"ok\"", StringComparison.Ordinal));
        var ok = JsonNode.Parse(lines[at])!;
        var key = $"\"f\":{ok["f"]},\"ep\":{ok["ep"]},\"s\":{ok["s"]},\"c\":1";
        lines.RemoveAll(line => line.Contains(key, StringComparison.Ordinal));
        at = lines.FindLastIndex(line => line.Contains("\"e\":\"ok\"", StringComparison.Ordinal));
        Assert.Equal((1, 0), Counts(lines));
        lines[at] = lines[at].Replace("\"n\":2", "\"n\":1", StringComparison.Ordinal);
        Assert.Equal((0, 1), Counts(lines));

        static (long, long) Counts(List<string> lines) => (Of(lines).Accounts[1].Sum(t => t.LostAcked), Of(lines).Accounts[1].Sum(t => t.Unheard));
    }

    [Fact]
    public void Who_was_away_has_lost_nothing()
    {
        var lines = Without(CleanHistory.Lines(), "got", line => (int)line["c"]! == 0 && (long)line["t"]! is > 4_000_000 and < 4_200_000);
        Assert.NotEqual(0, Of(lines).Accounts[1].Sum(t => t.LostAcked));
        var at = lines.FindLastIndex(line => line.Contains("\"e\":\"got\"", StringComparison.Ordinal) && (long)JsonNode.Parse(line)!["t"]! < 4_000_000) + 1;
        lines.Insert(at, """{"t":4000000,"e":"absent","c":0}""");
        lines.Insert(at + 1, """{"t":4150000,"e":"present","c":0}""");
        var account = Of(lines).Accounts[1];
        Assert.Equal(0, account.Sum(t => t.LostAcked));
        Assert.NotEqual(0, account.Sum(t => t.Away));
    }

    [Fact]
    public void Time_out_that_arrived_after_all_is_recovered_and_neither_failed_nor_lost()
    {
        var lines = CleanHistory.Lines();
        var at = lines.FindLastIndex(line => line.Contains("\"e\":\"ok\"", StringComparison.Ordinal));
        lines[at] = lines[at].Replace("\"ok\"", "\"info\"", StringComparison.Ordinal);
        var account = Of(lines).Accounts[1];
        Assert.Equal((1, 0, 0), (account.Info, account.Failed, account.Lost));
        Assert.Equal(2, account.Sum(t => t.Recovered)); // at both subscribers
    }

    [Fact]
    public void Outage_shows_in_availability_and_in_the_time_to_recover()
    {
        var lines = Without(CleanHistory.Lines(), "got", line => (long)line["t"]! is > 3_500_000 and < 4_700_000);
        var account = Of(lines).Accounts[1];
        Assert.Equal(1200, account.Recoveries.Single().Recover);
        Assert.InRange(account.Availability!.Value, .7, .95);
    }

    [Fact]
    public void Fault_without_recovery_before_the_load_ends_fails()
    {
        var lines = Without(CleanHistory.Lines(), "got", line => (long)line["t"]! > 3_500_000);
        var results = Of(lines);
        Assert.Null(results.Accounts[1].Recoveries.Single().Recover);
        Assert.Contains(results.Judgement.Checks, c => c.Name.StartsWith("time-to-recover", StringComparison.Ordinal) && c.Verdict == Verdict.Fail);
    }

    [Fact]
    public void Half_a_line_at_the_end_is_what_a_killed_runner_leaves_and_one_in_the_middle_is_not()
    {
        var lines = CleanHistory.Lines();
        Assert.Equal(Verdict.Unknown, Of([.. lines[..^3], lines[^3][..10]]).Judgement.Verdict);
        var error = Assert.Throws<InvalidDataException>(() => Of([.. lines[..5], lines[5][..10], .. lines[6..]]));
        Assert.StartsWith("line 6: ", error.Message);
    }

    [Fact]
    public void Owner_that_was_killed_owns_nothing_any_more()
    {
        var lines = Planted.All.Single(bug => bug.Check == "one-owner").Plant(CleanHistory.Lines());
        var second = lines.FindLastIndex(line => line.Contains("\"e\":\"owner\"", StringComparison.Ordinal));
        var t = (long)JsonNode.Parse(lines[second])!["t"]!;
        lines[second] = lines[second].Replace($"\"t\":{t}", $"\"t\":{t + 1000}", StringComparison.Ordinal);
        Assert.Contains("took it at", Of(lines).Accounts[1].TwoOwners);
        var first = JsonNode.Parse(lines[second - 1])!["node"];
        lines.Insert(second, $$"""{"t":{{t + 500}},"e":"node","node":"{{first}}","kind":"died","text":"by itself, with 137"}""");
        Assert.Equal("", Of(lines).Accounts[1].TwoOwners);
    }

    [Fact]
    public void Medians_have_an_interval_from_three_values_up()
    {
        Assert.Null(Interval.Of([]));
        Assert.Null(Interval.Of([1, 2])!.Low);
        var interval = Interval.Of([10, 11, 12, 13, 50])!;
        Assert.Equal(12, interval.Median);
        Assert.InRange(interval.Low!.Value, 10, 12);
        Assert.InRange(interval.High!.Value, 12, 50);
    }

    [Fact]
    public void Report_is_one_file_that_fetches_nothing_and_says_what_matters()
    {
        var html = HtmlReport.Of(Of(Planted.All[0].Plant(CleanHistory.Lines())));
        foreach (var foreign in (string[])["<script", "<link", "src=", "@import", "url("])
            Assert.DoesNotContain(foreign, html);
        foreach (var word in (string[])["FAIL", "lost-acked", "<svg", "f1", "anode experiment selftest", "bootstrap", "unexplained"])
            Assert.Contains(word, html);
        Assert.DoesNotContain("NaN", html);
    }

    private static List<string> Without(List<string> lines, string kind, Func<JsonNode, bool> which)
    {
        var run = lines.FindLastIndex(line => line.Contains("\"e\":\"run\"", StringComparison.Ordinal));
        return [.. lines.Where((line, i) => i < run || !line.Contains($"\"e\":\"{kind}\"", StringComparison.Ordinal) || !which(JsonNode.Parse(line)!))];
    }

    private static Results Of(List<string> lines) => Results.Of(HistoryReader.Read(lines));
}
