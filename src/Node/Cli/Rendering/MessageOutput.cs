using System.Buffers;
using Anode.Cli.Client;

namespace Anode.Cli.Rendering;

/// <summary>Shows messages on standard output, many with one write while they come fast.</summary>
internal sealed class MessageOutput(Terminal terminal, MessageFormat format)
{
    private const int FlushBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _pending = new();

    /// <param name="message">What to show.</param>
    /// <param name="moreComes">The next one is there already: no need to write yet.</param>
    public ValueTask WriteAsync(Delivered message, bool moreComes)
    {
        MessageFormats.Write(_pending, message, format);
        return moreComes && _pending.WrittenCount < FlushBytes ? ValueTask.CompletedTask : FlushAsync();
    }

    /// <summary>Not cancellable: what was received is shown, also when it was the last.</summary>
    public async ValueTask FlushAsync()
    {
        if (_pending.WrittenCount == 0)
            return;
        await terminal.Out.WriteAsync(_pending.WrittenMemory, CancellationToken.None);
        await terminal.Out.FlushAsync(CancellationToken.None);
        _pending.ResetWrittenCount();
    }
}
