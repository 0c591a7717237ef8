using System.Text;
using Anode.Cli;
using Xunit;

namespace Anode.Tests.Cli;

/// <summary>Help is approved as text: whoever changes it sees in the diff what users will see.</summary>
public sealed class HelpTests
{
    private const string Approved = "Anode.Tests.Cli.help.txt";

    [Fact]
    public async Task Help_is_the_approved_text()
    {
        var help = new StringBuilder();
        foreach (var call in Calls())
            help.Append("$ anode ").Append(call).Append('\n').Append((await InProcess.RunAsync(call.Split(' '))).Exits(0).Out).Append('\n');

        var received = Path.Combine(AppContext.BaseDirectory, "help.received.txt");
        await File.WriteAllTextAsync(received, help.ToString());
        using var approved = new StreamReader(typeof(HelpTests).Assembly.GetManifestResourceStream(Approved)!);
        Assert.True(await approved.ReadToEndAsync() == help.ToString(), $"tests/Cli/help.txt is not {received}");
    }

    [Fact]
    public async Task No_line_is_wider_than_a_terminal()
    {
        foreach (var call in Calls())
            Assert.All((await InProcess.RunAsync(call.Split(' '))).Out.Split('\n'), line => Assert.True(line.Length <= 100, $"{call}: {line}"));
    }

    private static IEnumerable<string> Calls() =>
    [
        "--help",
        .. CommandTable.All.SelectMany(entry => entry.Create(Terminal.OfProcess()) is { Subcommands.Count: > 0 } group
            ? [$"{entry.Name} --help", .. group.Subcommands.Select(command => $"{entry.Name} {command.Name} --help")]
            : (IEnumerable<string>)[$"{entry.Name} --help"]),
    ];
}
