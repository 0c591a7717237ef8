using System.Text;

namespace Anode.Cli;

/// <summary>Where a payload comes from.</summary>
internal static class Input
{
    /// <summary>The largest payload a node can be configured to take.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    private const string StandardInput = "-";

    /// <summary>The text itself, all of standard input for <c>-</c>, or nothing.</summary>
    public static async Task<byte[]> PayloadAsync(string? argument, Terminal terminal, CancellationToken cancellation)
    {
        if (argument is not StandardInput)
            return Encoding.UTF8.GetBytes(argument ?? "");
        using var all = new MemoryStream();
        var chunk = new byte[64 * 1024];
        while (await terminal.In.ReadAsync(chunk, cancellation) is > 0 and var read)
        {
            if (all.Length + read > MaxBytes)
                throw CommandFailure.Failed($"standard input has more than the {MaxBytes} bytes any node takes");
            all.Write(chunk, 0, read);
        }

        return all.ToArray();
    }
}
