namespace Anode.Cli.Bench.Checks;

/// <summary>What a check found, counted in messages.</summary>
internal sealed class Verdict
{
    private const int MostSentences = 8;

    private readonly List<string> _sentences = [];

    public long Lost { get; set; }

    public long Duplicated { get; set; }

    /// <summary>Came after a later one of the same publisher.</summary>
    public long Reordered { get; set; }

    /// <summary>Not from this run, or from a publisher the subscriber has nothing to do with.</summary>
    public long Foreign { get; set; }

    public bool IsGood => Lost == 0 && Duplicated == 0 && Reordered == 0 && Foreign == 0;

    /// <summary>The first offences in words.</summary>
    public IReadOnlyList<string> Sentences => _sentences;

    /// <summary>Made only while there is room: where much is lost, making sentences would lose more.</summary>
    public void Say(Func<string> sentence)
    {
        if (_sentences.Count < MostSentences)
            _sentences.Add(sentence());
    }

    public void Add(Verdict other)
    {
        Lost += other.Lost;
        Duplicated += other.Duplicated;
        Reordered += other.Reordered;
        Foreign += other.Foreign;
        foreach (var sentence in other._sentences)
            Say(() => sentence);
    }

    public override string ToString() => IsGood
        ? "no gap, no duplicate, in order"
        : $"{Lost} lost, {Duplicated} duplicated, {Reordered} out of order, {Foreign} foreign";
}
