using System.Runtime.InteropServices;
using Xunit;

namespace Anode.Tests.Processes;

/// <summary>RLIMIT_NOFILE, of this process and of one it started.</summary>
internal static partial class Limits
{
    private const int NoFile = 7;

    public static long OpenFiles()
    {
        Assert.Equal(0, PrLimit(0, NoFile, 0, out var limit));
        return (long)limit.Soft;
    }

    public static unsafe void SetOpenFiles(int pid, long count)
    {
        var limit = new Limit { Soft = (ulong)count, Hard = (ulong)count };
        Assert.Equal(0, PrLimit(pid, NoFile, (nint)(&limit), out _));
    }

    [LibraryImport("libc", EntryPoint = "prlimit")]
    private static partial int PrLimit(int pid, int resource, nint limit, out Limit old);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
