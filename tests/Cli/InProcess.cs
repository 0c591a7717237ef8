using System.Text;
using Anode.Cli;
using Anode.Tests.Support;

namespace Anode.Tests.Cli;

/// <summary>A command without a process of its own, for what does not depend on one.</summary>
internal static class InProcess
{
    public static async Task<Outcome> RunAsync(params string[] args)
    {
        using var output = new MemoryStream();
        await using var error = new StringWriter();
        var code = await CommandLine.RunAsync(args, Terminal.Of(output, error, Stream.Null));
        return new Outcome(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
