using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Anode.Sockets;

/// <summary>
/// A reserve of descriptors that connections may not use. The runtime opens files whenever it first needs a library, and a process
/// without a descriptor for that dies with «out of memory»; so accepting pauses a little before the kernel says EMFILE.
/// </summary>
internal static partial class Descriptors
{
    private const int MinReserve = 32, MaxReserve = 256;

    /// <summary>Descriptors are numbered from the lowest free one, so a number is a measure of how many are open.</summary>
    /// <remarks>Asked each time, since the limit of a running process can be changed from outside; it costs a tenth of a microsecond.</remarks>
    private static long FirstReserved => SoftLimit() is var limit && limit == long.MaxValue
        ? long.MaxValue
        : limit - Math.Clamp(limit / 16, MinReserve, MaxReserve);

    public static bool IsReserved(Socket socket) => socket.Handle >= FirstReserved;

    /// <summary>Whether the next descriptor would be outside the reserve: tried, because nothing else tells.</summary>
    public static bool HasRoom()
    {
        try
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            return !IsReserved(probe);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static long SoftLimit()
    {
        const int NoFile = 7;
        return OperatingSystem.IsLinux() && GetLimit(NoFile, out var limit) == 0 && limit.Soft < long.MaxValue ? (long)limit.Soft : long.MaxValue;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
