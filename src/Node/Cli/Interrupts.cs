using System.Runtime.InteropServices;

namespace Anode.Cli;

/// <summary>Ctrl-C and SIGTERM as the ordinary end of a command that would otherwise go on for ever.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public Interrupts()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        // The second one is left to the system, which ends the process whatever it is doing.
        signal.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    }
}
