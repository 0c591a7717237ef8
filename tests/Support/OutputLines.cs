namespace Anode.Tests.Support;

/// <summary>What a process has written to one of its streams, line by line, and a way to wait for a certain line.</summary>
internal sealed class OutputLines
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(string Text, TaskCompletionSource<string> Seen)> _waiting = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the process has closed the stream.</summary>
    public Task Ended => _ended.Task;

    public string Text
    {
        get
        {
            lock (_gate)
                return string.Concat(_lines.Select(line => line + "\n"));
        }
    }

    /// <param name="line">Null: the end.</param>
    public void Add(string? line)
    {
        lock (_gate)
        {
            if (line is null)
            {
                _waiting.ForEach(waiter => waiter.Seen.TrySetException(new InvalidOperationException($"the output ended without '{waiter.Text}'")));
                _ended.TrySetResult();
                return;
            }

            _lines.Add(line);
            foreach (var (_, seen) in _waiting.Where(waiter => line.Contains(waiter.Text, StringComparison.Ordinal)))
                seen.TrySetResult(line);
        }
    }

    /// <summary>The first line with this text in it, written already or to come.</summary>
    public Task<string> LineWith(string text)
    {
        lock (_gate)
        {
            if (_lines.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } line)
                return Task.FromResult(line);
            var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((text, seen));
            if (_ended.Task.IsCompleted)
                seen.TrySetException(new InvalidOperationException($"the output ended without '{text}'"));
            return seen.Task;
        }
    }
}
