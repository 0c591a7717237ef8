using Anode.Cluster.Membership;
using Xunit;

namespace Anode.Tests.Cluster;

public sealed class CrashEvidenceTests
{
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(100), Validity = TimeSpan.FromSeconds(5);
    private static readonly ProcessId Suspect = new("c:1", 7);
    private static readonly string[] Three = ["a:1", "b:1", "c:1"];

    private readonly CrashEvidence _evidence = new(Validity);

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(2, 1, false)]
    [InlineData(3, 1, false)]
    [InlineData(3, 2, true)]
    [InlineData(4, 2, false)]
    [InlineData(4, 3, true)]
    [InlineData(5, 2, false)]
    [InlineData(5, 3, true)]
    public void Refusals_of_more_than_half_of_the_members_are_conclusive(int members, int reporters, bool conclusive)
    {
        string[] all = [Suspect.Address, .. Enumerable.Range(1, members - 1).Select(i => $"m{i}:1")];
        foreach (var reporter in all.Skip(1).Take(reporters))
            _evidence.Note(Suspect, reporter, Now);

        Assert.Equal(conclusive, _evidence.IsConclusive(Suspect, all, Now));
    }

    [Fact]
    public void Same_reporter_counts_once()
    {
        _evidence.Note(Suspect, "a:1", Now);
        _evidence.Note(Suspect, "a:1", Now);

        Assert.False(_evidence.IsConclusive(Suspect, Three, Now));
    }

    [Fact]
    public void Suspect_and_strangers_do_not_count()
    {
        _evidence.Note(Suspect, "a:1", Now);
        _evidence.Note(Suspect, "c:1", Now);
        _evidence.Note(Suspect, "x:1", Now);

        Assert.False(_evidence.IsConclusive(Suspect, Three, Now));
    }

    [Fact]
    public void Old_refusals_say_nothing_any_more()
    {
        _evidence.Note(Suspect, "a:1", Now);
        _evidence.Note(Suspect, "b:1", Now + Validity);

        Assert.True(_evidence.IsConclusive(Suspect, Three, Now + Validity));
        Assert.False(_evidence.IsConclusive(Suspect, Three, Now + Validity + TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void Another_process_at_the_address_is_not_accused()
    {
        _evidence.Note(Suspect, "a:1", Now);
        _evidence.Note(Suspect, "b:1", Now);

        Assert.False(_evidence.IsConclusive(Suspect with { Uid = 8 }, Three, Now));
    }
}
