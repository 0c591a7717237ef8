using System.Diagnostics;
using System.Globalization;

namespace Anode.Tests.Processes;

/// <summary>What the kernel says of another process.</summary>
internal sealed class ProcessWatch(int pid)
{
    public int Descriptors => Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Count();

    public long ResidentBytes => 1024 * long.Parse(
        File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    /// <summary>Share of one core it uses, over so long.</summary>
    public async Task<double> BusyShareAsync(TimeSpan span)
    {
        using var process = Process.GetProcessById(pid);
        var before = process.TotalProcessorTime;
        using var timer = new PeriodicTimer(span);
        await timer.WaitForNextTickAsync();
        process.Refresh();
        return (process.TotalProcessorTime - before) / span;
    }
}
