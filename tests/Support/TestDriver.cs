using Anode.Sockets;

namespace Anode.Tests.Support;

/// <summary>
/// The driver that nodes and sockets under test use: the default one, or that of the variable ANODE_TEST_DRIVER, so that the whole suite can run on
/// each.
/// </summary>
internal static class TestDriver
{
    private static readonly string Name = Environment.GetEnvironmentVariable("ANODE_TEST_DRIVER") is { Length: > 0 } name ? name : "auto";

    public static DriverKind Kind { get; } = Enum.Parse<DriverKind>(Name, ignoreCase: true);

    /// <summary>As an item of <c>node { … }</c>.</summary>
    public static string Config => $"sockets.driver = {Name}";

    /// <summary>As arguments of <c>anode run</c>.</summary>
    public static string[] Arguments => ["--set", $"node.sockets.driver={Name}"];
}
