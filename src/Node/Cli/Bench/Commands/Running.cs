using Anode.Cli.Bench.Loads;

namespace Anode.Cli.Bench.Commands;

/// <summary>A load from beginning to end, with Ctrl-C in between.</summary>
internal static class Running
{
    public static async Task<T> RunAsync<T>(Func<LoadRun, T> load)
    {
        using var interrupts = new Interrupts();
        using var run = new LoadRun(interrupts.Token);
        try
        {
            // Loads block; whoever started the command may not want to.
            return await Task.Run(() => load(run));
        }
        catch (OperationCanceledException) when (interrupts.Token.IsCancellationRequested)
        {
            throw CommandFailure.Failed("interrupted, nothing was measured");
        }
        catch (IOException e)
        {
            throw CommandFailure.Failed($"a connection was lost: {e.Message}");
        }
    }
}
