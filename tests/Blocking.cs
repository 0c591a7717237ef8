namespace Anode.Tests;

/// <summary>
/// Work that blocks, on a thread of its own. The pool's threads are as many as processors at first, and actors live on them: a few clients that
/// wait for a node on all of them would wait for one that cannot run.
/// </summary>
internal static class Blocking
{
    public static Task Run(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public static Task<T> Run<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
