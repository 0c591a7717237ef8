using Spectre.Console;

namespace Anode.Cli.Rendering;

/// <summary>Columns of text, without lines between them, so that <c>awk</c> and eyes can read them alike.</summary>
internal sealed class TextTable(params string[] headers)
{
    // Nobody's terminal: lines of a pipe have no end at which a cell would have to wrap.
    private const int UnboundedWidth = 10_000;

    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public async Task WriteAsync(Terminal terminal)
    {
        await using var writer = terminal.Writer();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.IsInteractive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal.IsInteractive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        if (!terminal.IsInteractive)
            console.Profile.Width = UnboundedWidth;
        var table = new Table().NoBorder();
        foreach (var header in headers)
            table.AddColumn(new TableColumn(new Text(header, new Style(decoration: Decoration.Bold))).PadLeft(0).PadRight(2));
        foreach (var row in _rows)
            table.AddRow(row.Select(cell => new Text(Visible.Of(cell), StyleOf(cell))));
        console.Write(table);
    }

    /// <summary>Endpoint and connection states stand out; they occur nowhere else as a whole cell.</summary>
    private static Style StyleOf(string cell) => cell switch
    {
        "Bound" or "Open" => new Style(Color.Green),
        "Failed" => new Style(Color.Red),
        "Backoff" or "Suspended" or "Draining" => new Style(Color.Yellow),
        "Closed" => new Style(Color.Grey),
        _ => Style.Plain,
    };
}
