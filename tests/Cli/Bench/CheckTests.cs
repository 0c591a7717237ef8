using Anode.Cli.Bench.Checks;
using CsCheck;
using Xunit;

namespace Anode.Tests.Cli.Bench;

public sealed class CheckTests
{
    private const uint Run = 7;

    [Fact]
    public void Complete_sequences_of_several_publishers_are_good()
    {
        var check = new SequenceCheck("it", Run, first: 2, count: 2);
        foreach (var (publisher, sequence) in ((int, ulong)[])[(2, 0), (3, 0), (3, 1), (2, 1)])
            check.Take(Of(publisher, sequence));
        check.End([9, 9, 2, 2]);

        Assert.True(check.Verdict.IsGood);
        Assert.Equal(4, check.Accounted);
    }

    [Fact]
    public void Publisher_of_another_pair_is_foreign()
    {
        var check = new SequenceCheck("it", Run, first: 1, count: 1);
        check.Take(Of(0, 0));
        check.Take(Of(2, 0));

        Assert.Equal(2, check.Verdict.Foreign);
        Assert.Equal("it: a message of publisher 0 came, which is none of its own", check.Verdict.Sentences[0]);
    }

    /// <summary>Whatever comes in whatever order: each message that came is new, late or double, and each that did not is lost.</summary>
    [Fact]
    public void Counts_add_up_for_any_arrivals() => Gen.Int[0, 40].List[0, 80].Sample(arrivals =>
    {
        var check = new SequenceCheck("it", Run, 0, 1);
        arrivals.ForEach(sequence => check.Take(Of(0, (ulong)sequence)));
        check.End([41]);

        var distinct = arrivals.Distinct().Count();
        Assert.Equal(41 - distinct, check.Verdict.Lost);
        Assert.Equal(arrivals.Count - distinct, check.Verdict.Duplicated);
        var highest = -1;
        var late = arrivals.Distinct().Count(sequence =>
        {
            var isLate = sequence < highest;
            highest = Math.Max(highest, sequence);
            return isLate;
        });
        Assert.Equal(late, check.Verdict.Reordered);
    });

    [Fact]
    public void Group_that_shares_everything_is_good()
    {
        var members = Members((0, 0), (1, 1), (1, 2), (0, 3));

        Assert.True(GroupCheck.End(members, [4]).IsGood);
        Assert.All(members, member => Assert.True(member.Verdict.IsGood));
    }

    [Fact]
    public void Group_that_lost_one_and_doubled_another_is_not_saved_by_the_count()
    {
        var verdict = GroupCheck.End(Members((0, 0), (1, 1), (0, 1), (1, 3)), [4]);

        Assert.Equal((1, 1), (verdict.Lost, verdict.Duplicated));
        Assert.Equal("the group: publisher 0: 4 came, but not each of them once", Assert.Single(verdict.Sentences));
    }

    private static GroupCheck[] Members(params (int Member, ulong Sequence)[] deliveries)
    {
        GroupCheck[] members = [new("a", Run, 1), new("b", Run, 1)];
        foreach (var (member, sequence) in deliveries)
            members[member].Take(Of(0, sequence));
        return members;
    }

    private static Stamp Of(int publisher, ulong sequence) => new(Stamp.SourceOf(Run, publisher), sequence);
}
