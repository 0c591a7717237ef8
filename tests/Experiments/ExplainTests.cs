using System.Text.Json;
using Anode.Experiments.Accounting;
using Anode.Experiments.Histories;
using Anode.Experiments.Reports;
using CsCheck;
using Xunit;

namespace Anode.Tests.Experiments;

/// <summary>Who may answer for a message that did not arrive, and who may not.</summary>
public sealed class ExplainTests
{
    private const int Messages = 100;

    private const string Scenario = """
        experiment {
          name = explain, control-run = off
          topology { nodes = [a, b, c], links = ["a-b", "b-c"] }
          workload = [{ id = w, rate = 100, acknowledge = ACK, publishers { at = [a] }, subscribers { count = 2, at = [c] } }]
          phases = [{ name = all, for = 1s }]
          expect { unexplained { max = 0 } }
        }
        """;

    private const long At = 2_500_000; // when number 50 is sent

    [Theory]
    // Who had it says so.
    [InlineData("ok", """{"e":"fault","id":"f","spec":"f","kind":"loss","what":"ended","node":"c","target":"","planned":0,"evidence":"x","charges":[{"kind":"lost","flow":0,"epoch":2,"sequence":50}]}""", "fault")]
    [InlineData("ok", """{"e":"fault","id":"f","spec":"f","kind":"loss","what":"ended","node":"c","target":"","planned":0,"evidence":"x","charges":[{"kind":"doubled","flow":0,"epoch":2,"sequence":50}]}""", "unexplained")]
    [InlineData("ok", """{"e":"fault","id":"f","spec":"f","kind":"loss","what":"ended","node":"c","target":"","planned":0,"evidence":"x","charges":[{"kind":"lost","flow":0,"epoch":2,"sequence":51}]}""", "unexplained")]
    [InlineData("ok", """{"e":"ledger","node":"c","ledger":{"enabled":true,"messages":[{"flow":0,"epoch":2,"sequence":50,"policy":"slow-consumer","where":"clients","client":"w-sub-0"}]}}""", "policy")]
    [InlineData("ok", """{"e":"ledger","node":"c","ledger":{"enabled":true,"messages":[{"flow":0,"epoch":2,"sequence":50,"policy":"slow-consumer","where":"clients","client":"w-sub-1"}]}}""", "unexplained")]
    [InlineData("info", """{"e":"ledger","node":"b","ledger":{"enabled":true,"messages":[{"flow":0,"epoch":2,"sequence":50,"policy":"no-route","where":"links","client":"a"}]}}""", "policy")]
    // A publisher that lost its connection knows nothing; one that was told ok does.
    [InlineData("info", """{"e":"conn","node":"w-pub-0","kind":"down","text":"reset"}""", "connection")]
    [InlineData("ok", """{"e":"conn","node":"w-pub-0","kind":"down","text":"reset"}""", "unexplained")]
    [InlineData("info", """{"e":"conn","node":"w-pub-1","kind":"down","text":"reset"}""", "unexplained")]
    // A relay may take along what was not acknowledged, the receiver's node anything.
    [InlineData("info", """{"e":"node","node":"b","kind":"died","text":""}""", "death")]
    [InlineData("ok", """{"e":"node","node":"b","kind":"died","text":""}""", "unexplained")]
    [InlineData("ok", """{"e":"node","node":"c","kind":"died","text":""}""", "death")]
    [InlineData("info", """{"e":"event","node":"a","kind":"link-down","about":"links","text":"link to b ended: keep-alive"}""", "link")]
    [InlineData("ok", """{"e":"event","node":"a","kind":"link-down","about":"links","text":"link to b ended: keep-alive"}""", "unexplained")]
    [InlineData("info", """{"e":"event","node":"a","kind":"connection-closed","about":"clients","text":"end-of-stream"}""", "unexplained")]
    public void Testimony_explains_a_loss_of_its_own_kind_only(string outcome, string line, string why) =>
        Assert.Equal(why, Assert.Single(Of(outcome, (At + 100, line)).Losses).Why.Kind);

    [Theory]
    [InlineData("""{"e":"node","node":"b","kind":"died","text":""}""")]
    [InlineData("""{"e":"conn","node":"w-pub-0","kind":"down","text":"reset"}""")]
    public void What_ended_long_before_or_long_after_explains_nothing(string line)
    {
        Assert.False(Assert.Single(Of("info", (At - 500_000, line)).Losses).Why.IsOne);
        Assert.False(Assert.Single(Of("info", (At + 2_500_000, line)).Losses).Why.IsOne); // later than the acknowledgement was waited for
    }

    [Fact]
    public void Receiver_without_a_way_to_it_is_explained_by_that_and_one_with_a_way_again_is_not()
    {
        (long, string) down = (At - 1_000_000, """{"e":"event","node":"b","kind":"link-down","about":"links","text":"link to c ended: reset"}""");
        Assert.Equal("there was no way from a to c", Assert.Single(Of("info", down).Losses).Why.Text);
        (long, string) up = (At - 700_000, """{"e":"event","node":"c","kind":"link-up","about":"links","text":"link to b, dialled by us, cost 1"}""");
        Assert.False(Assert.Single(Of("info", down, up).Losses).Why.IsOne);
    }

    [Fact]
    public void Endpoint_that_moves_is_where_its_owner_was_at_the_time()
    {
        static string Owner(string node) => $$"""{"e":"owner","endpoint":"front","node":"{{node}}","what":"acquired"}""";
        List<string> Moving(params (long, string)[] more) =>
        [
            .. Lines("ok", "receipt", more).Select(line => line.Replace("links = [\\u0022a-b\\u0022, \\u0022b-c\\u0022]", "cluster = on, endpoints { front {} }", StringComparison.Ordinal)
                .Replace("subscribers { count = 2, at = [c] }", "subscribers { count = 2, at = [front] }", StringComparison.Ordinal)),
        ];
        (long, string) died = (At + 100, """{"e":"node","node":"b","kind":"died","text":""}""");
        Assert.Equal("death", Assert.Single(Accounts(Moving((1_000, Owner("b")), died)).Losses).Why.Kind);
        Assert.Equal("unexplained", Assert.Single(Accounts(Moving((1_000, Owner("c")), died)).Losses).Why.Kind);
    }

    [Fact]
    public void Acknowledgement_by_the_first_node_alone_leaves_relays_to_answer_for_the_rest()
    {
        (long, string) died = (At + 100, """{"e":"node","node":"b","kind":"died","text":""}""");
        Assert.Equal("death", Assert.Single(Accounts(Lines("ok", "flush", [died])).Losses).Why.Kind);
    }

    [Fact]
    public void Unexplained_loss_names_the_nodes_that_saw_it()
    {
        static string Ledger(string node, string gaps) =>
            $$$"""{"e":"ledger","node":"{{{node}}}","ledger":{"enabled":true,"flows":[{"flow":0,"epoch":2,"first":0,"last":99,"gaps":[{{{gaps}}}]}],"messages":[]}}""";
        var loss = Assert.Single(Of("ok", (9_000_000, Ledger("a", "")), (9_000_001, Ledger("b", "")), (9_000_002, Ledger("c", """{"from":49,"to":50}"""))).Losses);
        Assert.Equal("unexplained, seen by a and b, not by c", loss.Why.Text);
    }

    [Fact]
    public void Nodes_that_keep_no_ledger_make_the_verdict_unknown_and_not_a_failure()
    {
        var results = Results.Of(HistoryReader.Read(Lines("info", "receipt", [])));
        Assert.Equal(Verdict.Unknown, results.Judgement.Checks.Single(check => check.Name == "unexplained").Verdict);
        Assert.Contains("kept no ledger", results.Judgement.Reasons[0]);
    }

    [Fact]
    public void Every_delivery_that_was_due_stands_in_the_ledger_once()
    {
        var gen = Gen.Select(Gen.Int[0, Messages - 1].HashSet[0, 30], Gen.Int[0, 3].Array[Messages], Gen.Bool.Array[Messages]);
        gen.Sample((missing, witness, acked) =>
        {
            var lines = new List<(long, string)>();
            foreach (var i in missing)
            {
                if (witness[i] == 1)
                    lines.Add((9_000_000, $$$"""{"e":"fault","id":"f{{{i}}}","spec":"f","kind":"loss","what":"ended","node":"c","target":"","planned":0,"evidence":"x","charges":[{"kind":"lost","flow":0,"epoch":2,"sequence":{{{i}}}}]}"""));
                if (witness[i] == 2)
                    lines.Add((9_000_000, $$$"""{"e":"ledger","node":"c","ledger":{"enabled":true,"messages":[{"flow":0,"epoch":2,"sequence":{{{i}}},"policy":"closing","where":"clients","client":"w-sub-0"}]}}"""));
            }

            var account = Accounts(Lines(i => acked[i] ? "ok" : "info", missing.Contains, "receipt", lines));
            Assert.Equal(2 * Messages, account.Due);
            Assert.Equal(missing.Count, account.Losses.Count);
            Assert.All(account.Losses, loss => Assert.Equal(witness[loss.Sequence] switch { 1 => "fault", 2 => "policy", _ => "unexplained" }, loss.Why.Kind));
            Assert.Equal(account.Losses.Count(loss => witness[loss.Sequence] is 0 or 3), account.Unexplained);
        }, iter: 200);
    }

    private static Account Of(string outcome, params (long, string)[] more) => Accounts(Lines(outcome, "receipt", more));

    private static Account Accounts(List<string> lines) => Results.Of(HistoryReader.Read(lines)).Accounts[0];

    /// <summary>Number 50 does not reach the first of two subscribers.</summary>
    private static List<string> Lines(string outcome, string acknowledge, IReadOnlyList<(long, string)> more) => Lines(i => i == 50 ? outcome : "ok", i => i == 50, acknowledge, more);

    private static List<string> Lines(Func<int, string> outcome, Func<int, bool> missing, string acknowledge, IReadOnlyList<(long T, string Line)> more)
    {
        var native = acknowledge == "receipt";
        var body = new List<(long T, string Line)>(more)
        {
            (1_000, """{"e":"present","c":0,"id":"w/sub-0","at":"c"}"""),
            (1_000, """{"e":"present","c":1,"id":"w/sub-1","at":"c"}"""),
            (1_000_000, """{"e":"phase","name":"all","measured":true}"""),
            (9_900_000, """{"e":"drain","quiescent":true}"""),
            (9_950_000, """{"e":"run-end","trouble":""}"""),
        };
        for (var i = 0; i < Messages; i++)
        {
            var t = 2_000_000 + i * 10_000L;
            body.Add((t, $$"""{"e":"invoke","f":0,"ep":2,"s":{{i}},"at":{{t}},"b":100}"""));
            for (var seat = missing(i) ? 1 : 0; seat < 2; seat++)
                body.Add((t + 400, $$"""{"e":"got","f":0,"ep":2,"s":{{i}},"c":{{seat}},"b":100}"""));
            body.Add(outcome(i) == "ok"
                ? (t + 500, $$"""{"e":"ok","f":0,"ep":2,"s":{{i}},"n":{{(native ? 2 : -1)}}}""")
                : (t + 2_000_000, $$"""{"e":"info","f":0,"ep":2,"s":{{i}},"why":"time-out"}"""));
        }

        return
        [
            JsonSerializer.Serialize(new { t = 0, e = "experiment", schema = 1, seed = 1, repeat = 1, control = false, command = "", file = "", environment = new { }, scenario = Scenario.Replace("ACK", acknowledge, StringComparison.Ordinal) }),
            """{"t":0,"e":"run","run":1,"control":false,"seed":1,"utc":"2026-01-01T00:00:00Z"}""",
            .. body.OrderBy(line => line.T).Select(line => $$"""{"t":{{line.T}},{{line.Line[1..]}}"""),
        ];
    }
}
