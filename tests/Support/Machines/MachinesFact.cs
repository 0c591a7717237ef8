using System.Runtime.InteropServices;
using Xunit;

namespace Anode.Tests.Support.Machines;

/// <summary>A fact about several machines; skipped by name, with the reason, where their networks cannot be made.</summary>
internal sealed class MachinesFactAttribute : FactAttribute
{
    public MachinesFactAttribute() => Skip = Namespaces.Missing;
}

/// <summary>As <see cref="MachinesFactAttribute"/>, for several.</summary>
internal sealed class MachinesTheoryAttribute : TheoryAttribute
{
    public MachinesTheoryAttribute() => Skip = Namespaces.Missing;
}

/// <summary>As <see cref="MachinesTheoryAttribute"/>, with cuts that only a packet filter can make.</summary>
internal sealed class FilteredMachinesTheoryAttribute : TheoryAttribute
{
    public FilteredMachinesTheoryAttribute() => Skip = Namespaces.Missing ?? Namespaces.NoFilter;
}

/// <summary>What this process may do with network namespaces.</summary>
internal static partial class Namespaces
{
    private const int NewNet = 0x40000000;

    /// <summary>Why there can be no machines here; null: there can.</summary>
    public static string? Missing { get; } =
        !OperatingSystem.IsLinux() ? "DID NOT RUN: network namespaces are Linux's"
        : !Environment.IsPrivilegedProcess ? "DID NOT RUN: only root may make network namespaces"
        : Find("ip") is null ? "DID NOT RUN: ip is not installed here (Debian: apt-get install iproute2)"
        : !MayMakeOne() ? "DID NOT RUN: this root may not make network namespaces (no CAP_SYS_ADMIN?)"
        : null;

    public static string? NoFilter { get; } = Find("nft") is null ? "DID NOT RUN: nft is not installed here (Debian: apt-get install nftables)" : null;

    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin")
        .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>
    /// Does something on a thread of its own inside a namespace. A socket that is opened there, and a process that is started there, stay there; the
    /// thread ends with the work.
    /// </summary>
    public static Task<T> RunIn<T>(string name, Func<T> work) => OnOwnThread(() =>
    {
        using var place = File.OpenHandle($"/run/netns/{name}");
        if (SetNs((int)place.DangerousGetHandle(), NewNet) != 0)
            throw new InvalidOperationException($"the namespace {name} cannot be entered: errno {Marshal.GetLastPInvokeError()}");
        return work();
    });

    private static bool MayMakeOne() => OnOwnThread(() => Unshare(NewNet) == 0).GetAwaiter().GetResult();

    /// <remarks>Never one of the pool, which would carry the namespace to whatever runs there next.</remarks>
    private static Task<T> OnOwnThread<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        { IsBackground = true }.Start();
        return done.Task;
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNs(int descriptor, int type);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);
}
