using System.Globalization;
using System.Reflection;
using Anode.Tests.Support;

namespace Anode.Tests.Processes;

/// <summary>
/// Figures that a process has only one of, such as its heap, taken in a process that does nothing else: what earlier tests left behind is
/// collected whenever the collector likes, and hundreds of megabytes of it are easily more than what is measured.
/// </summary>
internal static class Measurement
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The entry of the tests' assembly as a program: measures what the type named by the argument measures, and prints it.</summary>
    public static int Main(string[] args)
    {
        var measured = (long[])Type.GetType(args[0], throwOnError: true)!.GetMethod("Measure", BindingFlags.Static | BindingFlags.Public)!.Invoke(null, null)!;
        Console.WriteLine(string.Join(' ', measured.Select(figure => figure.ToString(CultureInfo.InvariantCulture))));
        return 0;
    }

    /// <summary>What <typeparamref name="T"/>'s <c>public static long[] Measure()</c> returns over there.</summary>
    public static async Task<long[]> OfAsync<T>()
    {
        await using var alone = AnodeProcess.Start("Anode.Tests.dll", new Dictionary<string, string>(), typeof(T).FullName!);
        var outcome = await alone.EndAsync(Patience);
        outcome.Exits(0);
        return [.. outcome.Out.Split(' ').Select(figure => long.Parse(figure, CultureInfo.InvariantCulture))];
    }
}
