using Anode.Experiments.Accounting;
using Anode.Experiments.Histories;
using Anode.Experiments.Reports;

namespace Anode.Experiments.SelfTests;

/// <param name="Expected">The check that has to name it; for a clean history: none.</param>
/// <param name="Caught">By the checks that did not pass.</param>
internal sealed record SelfTestResult(string Name, string Expected, Verdict Verdict, IReadOnlyList<string> Caught, string Spared = "")
{
    public bool Holds => Expected.Length == 0 ? Verdict == Verdict.Pass : Verdict != Verdict.Pass && Caught.Any(check => check.StartsWith(Expected, StringComparison.Ordinal)) && !Caught.Contains(Spared);
}

/// <summary>Who checks the checkers: every planted bug has to be caught and named by its own check, and what is clean has to pass.</summary>
internal static class SelfTest
{
    public static IEnumerable<SelfTestResult> Run(List<string> clean)
    {
        yield return Judge("nothing is wrong", "", clean);
        foreach (var bug in Planted.All)
            yield return Judge(bug.Name, bug.Check, bug.Plant(clean), bug.Spared);
    }

    private static SelfTestResult Judge(string name, string expected, List<string> lines, string spared = "")
    {
        var judgement = Results.Of(HistoryReader.Read(lines)).Judgement;
        return new SelfTestResult(name, expected, judgement.Verdict, [.. judgement.Checks.Where(c => c.Verdict != Verdict.Pass).Select(c => c.Name).Distinct()], spared);
    }
}
