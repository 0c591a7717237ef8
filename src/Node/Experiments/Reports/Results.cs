using Anode.Experiments.Accounting;
using Anode.Experiments.Histories;
using Anode.Experiments.Scenarios;

namespace Anode.Experiments.Reports;

/// <summary>A history with its counts and its verdict; made of the history alone, whenever anybody asks.</summary>
internal sealed record Results(History History, Scenario Scenario, IReadOnlyList<Account> Accounts, Judgement Judgement)
{
    public const string HistoryFile = "history.jsonl", ResultFile = "result.json", ReportFile = "report.html";

    /// <exception cref="InvalidDataException">There is no history there, or it makes no sense.</exception>
    public static Results Of(string folder)
    {
        var path = Path.Combine(folder, HistoryFile);
        try
        {
            return Of(HistoryReader.Read(File.ReadLines(path)));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{path}: {e.Message}");
        }
    }

    public static Results Of(History history)
    {
        if (!ScenarioReader.TryRead(history.ScenarioText, history.File, out var scenario, out var errors))
            throw new InvalidDataException($"its scenario cannot be read: {errors[0]}");
        var accounts = history.Runs.Select(run => Accountant.Of(run, scenario)).ToArray();
        return new Results(history, scenario, accounts, Judge.Of(history, scenario, accounts));
    }

    public IEnumerable<(Run Run, Account Account)> Faulty => History.Runs.Zip(Accounts).Where(pair => !pair.First.IsControl);

    /// <summary>Over repetitions, by fault of the scenario: medians and intervals.</summary>
    public IEnumerable<(string Fault, Interval? Detect, Interval? Recover, int Runs)> Recoveries() => Faulty.SelectMany(pair => pair.Account.Recoveries)
        .GroupBy(recovery => recovery.Fault)
        .Select(group => (
            group.Key,
            Interval.Of([.. group.Select(r => r.Detect).OfType<double>()]),
            Interval.Of([.. group.Select(r => r.Recover).OfType<double>()]),
            group.Count()));
}
