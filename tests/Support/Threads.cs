namespace Anode.Tests.Support;

/// <summary>Threads of their own for blocking clients: blocked pool threads would be missing to the node under test.</summary>
internal static class Threads
{
    /// <summary>Runs the parts side by side; the first failure of any fails the test.</summary>
    public static void Run(int count, Action<int> part) => Run([.. Enumerable.Range(0, count).Select(i => (Action)(() => part(i)))]);

    public static void Run(params Action[] parts)
    {
        var failures = new Exception?[parts.Length];
        var threads = parts.Select((part, i) => new Thread(() =>
        {
            try
            {
                part();
            }
            catch (Exception e)
            {
                failures[i] = e;
            }
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        if (failures.FirstOrDefault(failure => failure is not null) is { } first)
            throw new AggregateException("one of the threads failed", first);
    }
}
