using System.Globalization;
using System.Runtime.InteropServices;

namespace Anode.Experiments.Running;

/// <summary>A wall clock of its own for one process (libfaketime), which this may step; the machine's clock is left alone.</summary>
internal sealed class FakeClock(string offsetFile)
{
    public const string Missing = "libfaketime is not installed (Debian: apt-get install faketime)";

    /// <summary>Null: it is not there.</summary>
    public static string? Library { get; } = Places().FirstOrDefault(File.Exists);

    /// <summary>To be put before a command.</summary>
    /// <remarks>
    /// The library's own mending of waits against the monotonic clock is for an older C library: with it, all timed waits of the runtime return at once, and
    /// a node burns a whole core.
    /// </remarks>
    public string[] Prefix => Library is null ? [] :
    [
        "env", $"LD_PRELOAD={Library}", $"FAKETIME_TIMESTAMP_FILE={offsetFile}", "FAKETIME_CACHE_DURATION=1", "FAKETIME_FORCE_MONOTONIC_FIX=0",
        "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1",
    ];

    /// <summary>From the machine's clock; the process sees it within about two seconds.</summary>
    public void Step(TimeSpan offset)
    {
        // Renamed into place, so that nobody reads half of it.
        File.WriteAllText($"{offsetFile}.new", offset.TotalSeconds.ToString("+0.###;-0.###;+0", CultureInfo.InvariantCulture) + "\n");
        File.Move($"{offsetFile}.new", offsetFile, overwrite: true);
    }

    private static IEnumerable<string> Places()
    {
        var machine = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64";
        return ((string[])[$"/usr/lib/{machine}-linux-gnu/faketime", "/usr/lib64/faketime", "/usr/lib/faketime", "/usr/local/lib/faketime"]).Select(folder => Path.Combine(folder, "libfaketimeMT.so.1"));
    }
}
