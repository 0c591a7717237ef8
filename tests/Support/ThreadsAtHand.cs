using System.Runtime.CompilerServices;

namespace Anode.Tests.Support;

/// <summary>
/// Tests wait on threads of the runtime's pool, which begins with one for each processor and adds one or two a second: without more of them at hand two
/// tests that wait stop the actors of all others for that long.
/// </summary>
internal static class ThreadsAtHand
{
    [ModuleInitializer]
    internal static void Ask() => ThreadPool.SetMinThreads(32, 32);
}
