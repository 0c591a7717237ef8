using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Anode.Cli;

/// <summary>Where a command reads and writes. Opened when first used: a node that runs needs neither.</summary>
internal sealed class Terminal
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Lazy<Stream> _out;
    private readonly Lazy<Stream> _in;

    private Terminal(Func<Stream> output, TextWriter error, Func<Stream> input, bool isInteractive, bool errorIsInteractive)
    {
        _out = new Lazy<Stream>(output);
        _in = new Lazy<Stream>(input);
        Error = error;
        IsInteractive = isInteractive;
        ErrorIsInteractive = errorIsInteractive;
    }

    public Stream Out => _out.Value;

    public Stream In => _in.Value;

    public TextWriter Error { get; }

    /// <summary>Somebody watches: colours are welcome, and lines have an end.</summary>
    public bool IsInteractive { get; }

    /// <summary>Somebody watches standard error, where progress is shown.</summary>
    public bool ErrorIsInteractive { get; }

    public static Terminal OfProcess() =>
        new(OpenOutput, Console.Error, Console.OpenStandardInput, !Console.IsOutputRedirected, !Console.IsErrorRedirected);

    /// <summary>A terminal that nobody watches.</summary>
    public static Terminal Of(Stream output, TextWriter error, Stream input) => new(() => output, error, () => input, isInteractive: false, errorIsInteractive: false);

    /// <summary>A writer that leaves <see cref="Out"/> open.</summary>
    public StreamWriter Writer() => new(Out, Utf8, leaveOpen: true);

    public async Task WriteLineAsync(string line)
    {
        await using var writer = Writer();
        await writer.WriteAsync(line + "\n");
    }

    /// <remarks>
    /// The console's stream hides EPIPE, with which <c>anode sub | head -1</c> would go on for ever. A file has to be the
    /// console's nevertheless: FileStream keeps a position of its own and would write over what others append.
    /// </remarks>
    private static Stream OpenOutput()
    {
        var file = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return file.CanSeek ? Console.OpenStandardOutput() : file;
    }
}
