namespace Anode.Protocols.Link.Wire;

/// <summary>20 HELLO and 21 WELCOME: who a node is and what it can do. Both ends say the same things.</summary>
/// <param name="MinVersion">Oldest version of the protocol it speaks.</param>
/// <param name="MaxVersion">Newest; the highest that both speak is used.</param>
/// <param name="Node">Its name.</param>
/// <param name="Incarnation">Grows with each start of the node.</param>
/// <param name="Cost">Of the link as this end has it; the larger of the two counts.</param>
/// <param name="ProbeMs">Silence after which it asks for a sign of life.</param>
/// <param name="Token">What it shows; empty: nothing.</param>
/// <param name="Capabilities">Names of what it can do beyond its version; unknown ones are ignored.</param>
internal sealed record LinkHello(
    long MinVersion, long MaxVersion, string Node, long Incarnation, int Cost, long ProbeMs, string Token, IReadOnlyList<string> Capabilities)
{
    public const int OldestVersion = 1, NewestVersion = 1;

    public static readonly IReadOnlyList<string> OwnCapabilities = ["receipts", "bulk"];

    /// <summary>The highest version both speak; null: there is none.</summary>
    public int? CommonVersion =>
        Math.Min(MaxVersion, NewestVersion) is var version && version >= MinVersion && version >= OldestVersion ? (int)version : null;
}
