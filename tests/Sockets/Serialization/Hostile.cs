using System.Runtime.Serialization;
using Xunit;

namespace Anode.Tests.Sockets.Serialization;

internal static class Hostile
{
    /// <summary>The refusal these bytes must meet.</summary>
    public static SerializationException Refusal(string manifest, byte[] bytes) =>
        Assert.Throws<SerializationException>(() => Wire.Read(manifest, bytes));

    /// <summary>Bytes may happen to be a message; whatever else comes of them must be a refusal.</summary>
    public static void AssertReadOrRefused(string manifest, byte[] bytes)
    {
        var outcome = Record.Exception(() => Wire.Read(manifest, bytes));
        Assert.True(outcome is null or SerializationException, $"{manifest} {Convert.ToHexStringLower(bytes)}: {outcome}");
    }
}
