using System.Diagnostics;
using Anode.Bench.Servers;

namespace Anode.Bench.Comparing;

/// <summary><c>anode bench</c> as a process of its own: a fresh one for each measurement, for whichever server.</summary>
internal static class Generator
{
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string[] arguments, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [AnodeServer.Program, "bench", .. arguments, "--json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }
}
