using System.Diagnostics;
using System.Runtime.InteropServices;
using Anode.Bench.Servers;

namespace Anode.Bench.Comparing;

/// <summary>Where and with what was measured.</summary>
internal static class Machine
{
    public static IEnumerable<string> Describe()
    {
        yield return $"{Environment.ProcessorCount} cores, {Cpu()}, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20:N0} MiB; {RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription}";
        yield return $"anode {Output("dotnet", AnodeServer.Program, "--version")}, commit {Output("git", "describe", "--always", "--dirty", "--abbrev=10")}; "
            + (NatsServer.Find() is { } nats ? Output(nats, "--version") : "no nats-server");
        yield return $"load average before: {FirstLine("/proc/loadavg")}";
    }

    private static string Cpu() =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown CPU"
            : RuntimeInformation.ProcessArchitecture.ToString();

    private static string FirstLine(string file) => File.Exists(file) ? File.ReadLines(file).First() : "unknown";

    private static string Output(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var text = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? text.Replace("anode ", "", StringComparison.Ordinal) : "unknown";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unknown";
        }
    }
}
