using System.Globalization;

namespace Anode.Cli.Bench.Measuring;

/// <summary>What a process has used so far, by <c>/proc</c>.</summary>
/// <param name="Cpu">User and system time, all threads.</param>
/// <param name="ResidentBytes">Memory now.</param>
/// <param name="PeakBytes">The most it ever had.</param>
internal sealed record ProcessUsage(TimeSpan Cpu, long ResidentBytes, long PeakBytes)
{
    // USER_HZ, which the kernel has reported as 100 on every architecture for decades, see proc(5).
    private const double TicksPerSecond = 100;

    public static ProcessUsage Of(int pid)
    {
        try
        {
            var status = File.ReadAllLines($"/proc/{pid}/status");
            return new ProcessUsage(CpuOf(File.ReadAllText($"/proc/{pid}/stat")), Kilobytes(status, "VmRSS:"), Kilobytes(status, "VmHWM:"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandFailure.Failed($"--pid: there is no process {pid} in /proc");
        }
    }

    /// <summary>Fields 14 and 15; the name in field 2 may hold anything, so counting starts behind it.</summary>
    private static TimeSpan CpuOf(string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    private static long Kilobytes(string[] status, string name) =>
        status.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? 1024 * long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture)
            : 0;
}
