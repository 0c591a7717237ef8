using Xunit;

namespace Anode.Tests.Support;

/// <summary>Waits for what another thread brings about, and fails with what is the matter instead.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static void Holds(Func<bool> condition, Func<string> otherwise) => Assert.True(SpinWait.SpinUntil(condition, Patience), otherwise());

    public static void Equal<T>(T expected, Func<T> actual)
    {
        SpinWait.SpinUntil(() => EqualityComparer<T>.Default.Equals(actual(), expected), Patience);
        Assert.Equal(expected, actual());
    }
}
