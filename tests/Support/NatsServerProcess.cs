using System.Diagnostics;
using Anode.Messages;
using Xunit;

namespace Anode.Tests.Support;

/// <summary>
/// The real nats-server, on a port of the kernel's choice: what our NATS door is measured against. Gone when disposed.
/// </summary>
internal sealed class NatsServerProcess : IDisposable
{
    public const string Missing = "DID NOT RUN: nats-server is not installed here (Debian: apt-get install nats-server)";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;

    private NatsServerProcess(Process process, NetAddress address) => (_process, Address) = (process, address);

    /// <summary>Where the program is; null when this machine has none. Debian puts it where only root's PATH looks.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/usr/local/sbin")
        .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, "nats-server")).FirstOrDefault(File.Exists);

    public NetAddress Address { get; }

    public static async Task<NatsServerProcess> StartAsync(params string[] args)
    {
        var start = new ProcessStartInfo(Program!) { RedirectStandardError = true };
        foreach (var arg in (string[])["--addr", "127.0.0.1", "--port", "-1", .. args])
            start.ArgumentList.Add(arg);
        var log = new OutputLines();
        var process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, line) => log.Add(line.Data);
        process.Start();
        process.BeginErrorReadLine();
        try
        {
            var line = await log.LineWith("Listening for client connections on").WaitAsync(Patience);
            await log.LineWith("Server is ready").WaitAsync(Patience);
            return new NatsServerProcess(process, NetAddress.Parse($"tcp://127.0.0.1:{line[(line.LastIndexOf(':') + 1)..]}"));
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            process.Kill();
            throw new InvalidOperationException($"nats-server did not start: {e.Message}\n{log.Text}");
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}

/// <summary>A fact about our node and nats-server; skipped by name, with the reason, where there is none.</summary>
internal sealed class NatsServerFactAttribute : FactAttribute
{
    public NatsServerFactAttribute() => Skip = NatsServerProcess.Program is null ? NatsServerProcess.Missing : null;
}

/// <summary>As <see cref="NatsServerFactAttribute"/>, for several.</summary>
internal sealed class NatsServerTheoryAttribute : TheoryAttribute
{
    public NatsServerTheoryAttribute() => Skip = NatsServerProcess.Program is null ? NatsServerProcess.Missing : null;
}
