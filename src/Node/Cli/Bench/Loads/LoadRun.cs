using System.Diagnostics;

namespace Anode.Cli.Bench.Loads;

/// <summary>What the threads of a load share: when to stop, and the first thing that went wrong.</summary>
internal sealed class LoadRun : IDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(2);

    // Not disposed of: a thread that ends last may still set it.
    private readonly ManualResetEventSlim _broken = new();
    private readonly CancellationToken _cancellation;
    private CommandFailure? _failure;
    private volatile bool _stopping;
    private volatile bool _closing;

    public LoadRun(CancellationToken cancellation) => _cancellation = cancellation;

    /// <summary>Told to those whose messages are to be recognised; random, as several loads may use one subject.</summary>
    public uint Number { get; } = (uint)Random.Shared.Next(1, int.MaxValue);

    /// <summary>Nothing new is sent.</summary>
    public bool IsStopping => _stopping;

    public void Stop() => _stopping = true;

    /// <summary>From here on, connections end because we close them.</summary>
    public void Close() => _closing = true;

    public void Fail(CommandFailure failure)
    {
        if (_closing)
            return;
        Interlocked.CompareExchange(ref _failure, failure, null);
        _broken.Set();
    }

    public Thread Start(string name, Action body)
    {
        var thread = new Thread(() => Guard(name, body)) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    /// <summary>Waits; ends at once by an exception when a thread fails or the user has had enough.</summary>
    public void Wait(TimeSpan time)
    {
        if (_broken.Wait(time, _cancellation))
            ThrowIfBroken();
    }

    /// <summary>Waits for something that threads bring about without saying so.</summary>
    public bool WaitUntil(Func<bool> reached, TimeSpan most)
    {
        var clock = Stopwatch.StartNew();
        while (!reached())
        {
            if (clock.Elapsed > most)
                return false;
            Wait(Glance);
        }

        return true;
    }

    public void ThrowIfBroken()
    {
        if (_failure is { } failure)
            throw new CommandFailure(failure.ExitCode, failure.Message);
    }

    /// <summary>Whoever still runs ends with its next look at <see cref="IsStopping"/>.</summary>
    public void Dispose()
    {
        Close();
        Stop();
    }

    private void Guard(string name, Action body)
    {
        try
        {
            body();
        }
        catch (IOException e)
        {
            Fail(CommandFailure.Failed($"{name} lost its connection: {e.Message}"));
        }
        catch (TimeoutException)
        {
            Fail(CommandFailure.TimedOut($"{name} has waited too long for the server"));
        }
        catch (CommandFailure failure)
        {
            Fail(failure);
        }
    }
}
