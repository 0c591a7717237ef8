using Xunit;

namespace Anode.Tests.Support;

/// <summary>Waits for what another thread brings about, and fails with what is the matter instead.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static void Holds(Func<bool> condition, Func<string> otherwise)
    {
        if (!SpinWait.SpinUntil(condition, Patience))
            Assert.Fail(otherwise());
    }

    public static void Equal<T>(T expected, Func<T> actual)
    {
        var last = default(T);
        SpinWait.SpinUntil(() => EqualityComparer<T>.Default.Equals(last = actual(), expected), Patience);
        Assert.Equal(expected, last);
    }
}
