using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace Anode.Tests.Support;

/// <summary>The program as its users start it: <c>dotnet anode.dll …</c> from beside the tests.</summary>
internal sealed partial class AnodeProcess : IAsyncDisposable
{
    /// <summary>Longer than anything takes on a loaded machine, shorter than anybody's patience.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;

    private AnodeProcess(Process process) => _process = process;

    public OutputLines Out { get; } = new();

    public OutputLines Error { get; } = new();

    public int Id => _process.Id;

    public static AnodeProcess Start(params string[] args) => Start(new Dictionary<string, string>(), args);

    public static AnodeProcess Start(IReadOnlyDictionary<string, string> environment, params string[] args) =>
        Start("anode.dll", environment, args);

    /// <summary>Another program that lies beside the tests.</summary>
    public static AnodeProcess Start(string assembly, IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, assembly));
        foreach (var arg in args)
            start.ArgumentList.Add(arg);
        foreach (var foreign in start.Environment.Keys.Where(key => key.StartsWith("ANODE_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(foreign);
        foreach (var (key, value) in environment)
            start.Environment[key] = value;
        var anode = new AnodeProcess(new Process { StartInfo = start });
        anode._process.OutputDataReceived += (_, line) => anode.Out.Add(line.Data);
        anode._process.ErrorDataReceived += (_, line) => anode.Error.Add(line.Data);
        anode._process.Start();
        anode._process.BeginOutputReadLine();
        anode._process.BeginErrorReadLine();
        return anode;
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<Outcome> RunAsync(params string[] args)
    {
        await using var anode = Start(args);
        return await anode.EndAsync();
    }

    public async Task WriteInputAsync(byte[] bytes)
    {
        await _process.StandardInput.BaseStream.WriteAsync(bytes);
        _process.StandardInput.Close();
    }

    public void Terminate() => Signal(SIGTERM);

    public void Interrupt() => Signal(SIGINT);

    /// <summary>SIGSTOP: not one instruction more.</summary>
    public void Freeze() => Signal(SIGSTOP);

    public void Thaw() => Signal(SIGCONT);

    /// <summary>kill -9.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Waits for the end, and for all that was written before it.</summary>
    public async Task<Outcome> EndAsync(TimeSpan? patience = null)
    {
        await Within(_process.WaitForExitAsync(), "the process did not end", patience ?? Patience);
        await Task.WhenAll(Out.Ended, Error.Ended);
        return new Outcome(_process.ExitCode, Out.Text, Error.Text);
    }

    /// <summary>Waits, and tells in the failure what the process had to say.</summary>
    public async Task<T> Within<T>(Task<T> task, string otherwise)
    {
        await Within((Task)task, otherwise, Patience);
        return await task;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task Within(Task task, string otherwise, TimeSpan patience)
    {
        try
        {
            await task.WaitAsync(patience);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            Assert.Fail($"{otherwise}: {e.Message}\nstdout:\n{Out.Text}\nstderr:\n{Error.Text}");
        }
    }

    private void Signal(int signal) => Assert.Equal(0, SendSignal(_process.Id, signal));

    private const int SIGINT = 2, SIGTERM = 15, SIGCONT = 18, SIGSTOP = 19;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}

/// <summary>What a command left behind.</summary>
internal sealed record Outcome(int ExitCode, string Out, string Error)
{
    /// <summary>Fails with all there is when the code is another.</summary>
    public Outcome Exits(int code)
    {
        Assert.True(code == ExitCode, $"exit code {ExitCode} instead of {code}\nstdout:\n{Out}\nstderr:\n{Error}");
        Assert.False(Error.Contains("   at ", StringComparison.Ordinal), $"a stack trace was told to the user:\n{Error}");
        return this;
    }
}
