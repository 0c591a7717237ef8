using System.Diagnostics;

namespace Anode.Bench.Servers;

/// <summary>A server under test in a process of its own, so that its processor time and memory are its own.</summary>
internal abstract class Server : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Server? _before;

    /// <param name="before">The one before it in a chain, from which it gets what is published; ended with this one.</param>
    protected Server(string program, IEnumerable<string> arguments, Server? before = null)
    {
        _before = before;
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        // Read to the end, or a server that says much would wait for somebody to listen.
        _process.OutputDataReceived += (_, line) => Said(line.Data);
        _process.ErrorDataReceived += (_, line) => Said(line.Data);
    }

    public int Pid => _process.Id;

    /// <summary>As <c>anode bench --server</c> takes it.</summary>
    public abstract string UriFor(string protocol);

    /// <summary>Where publishers connect: to the first of a chain.</summary>
    public string PublishUriFor(string protocol) => _before?.PublishUriFor(protocol) ?? UriFor(protocol);

    /// <summary>Where subscribers connect, if that is another one.</summary>
    public string? SubscribeUriFor(string protocol) => _before is null ? null : UriFor(protocol);

    /// <summary>Of the HTTP API; null without one.</summary>
    public virtual string? Http => null;

    /// <summary>Returns when it can be connected to.</summary>
    protected void AwaitReady(Func<bool> isReady)
    {
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        if (!SpinWait.SpinUntil(() => isReady() || _process.HasExited, StartTimeout) || _process.HasExited)
        {
            Dispose();
            throw new InvalidOperationException($"{_process.StartInfo.FileName} did not get ready");
        }
    }

    /// <summary>A line on either stream; null at its end.</summary>
    protected virtual void Said(string? line)
    {
    }

    public virtual void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _before?.Dispose();
    }
}
