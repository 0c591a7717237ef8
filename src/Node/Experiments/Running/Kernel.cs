using System.Globalization;
using System.Runtime.InteropServices;

namespace Anode.Experiments.Running;

/// <summary>What Linux is asked about processes, and told to do to them. By handle: a number that ended may already be somebody else's.</summary>
internal static partial class Kernel
{
    public const int SIGKILL = 9, SIGTERM = 15, SIGCONT = 18, SIGSTOP = 19;

    private const int SendBySignalHandle = 424, OpenProcess = 434;
    private const int OpenFiles = 7; // RLIMIT_NOFILE

    /// <summary>A handle of a process; -1 where there is none.</summary>
    public static int Open(int pid) => (int)Syscall(OpenProcess, pid, 0, 0, 0);

    public static bool Signal(int handle, int signal) => Syscall(SendBySignalHandle, handle, signal, 0, 0) == 0;

    public static void Close(int handle) => _ = CloseDescriptor(handle);

    /// <summary>This thread goes before others where processors are short, if its user may ask for that; nothing otherwise.</summary>
    public static void Hurry() => _ = SetPriority(0, 0, -15);

    /// <summary>The state letter of a process, T for stopped; a space if there is no such process.</summary>
    public static char StateOf(int pid) => Stat(pid) is { Length: > 0 } fields ? fields[0][0] : ' ';

    /// <summary>When a process began, in ticks since boot: with its number, its identity. 0 if there is no such process.</summary>
    public static long StartOf(int pid) =>
        Stat(pid) is { Length: > 19 } fields && fields[0] is not "Z" and not "X" ? long.Parse(fields[19], CultureInfo.InvariantCulture) : 0;

    public static int DescriptorsOf(int pid)
    {
        try
        {
            return Directory.GetFiles($"/proc/{pid}/fd").Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return -1;
        }
    }

    /// <summary>The soft limit of open files of a process; the one before, or -1 if it could not be set.</summary>
    public static long LimitOpenFiles(int pid, long limit)
    {
        if (GetOrSetLimit(pid, OpenFiles, 0, out var before) != 0)
            return -1;
        var wanted = new Limit { Soft = (ulong)limit, Hard = before.Hard };
        return SetLimit(pid, OpenFiles, wanted, 0) == 0 ? (long)before.Soft : -1;
    }

    /// <summary>The fields behind the name, which may hold anything.</summary>
    private static string[] Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long Syscall(long number, long first, long second, long third, long fourth);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int thread, int nice);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "prlimit64")]
    private static partial int GetOrSetLimit(int pid, int resource, nint wanted, out Limit before);

    [LibraryImport("libc", EntryPoint = "prlimit64")]
    private static partial int SetLimit(int pid, int resource, in Limit wanted, nint before);

    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
