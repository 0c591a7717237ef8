using Anode.Messages;

namespace Anode.Discovery;

/// <summary>How neighbours are looked for.</summary>
internal sealed record DiscoverySettings
{
    /// <summary>Name of this node.</summary>
    public required string Node { get; init; }

    /// <summary>Grows with each start of a node of this name.</summary>
    public long Incarnation { get; init; } = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>What beacons are sealed with.</summary>
    public required byte[] Key { get; init; }

    /// <summary>Multicast group, or broadcast address, and port.</summary>
    public required NetAddress Address { get; init; }

    /// <summary>Names of the network interfaces to use; none: all.</summary>
    public required IReadOnlyList<string> Interfaces { get; init; }

    public required TimeSpan Interval { get; init; }

    public required TimeSpan ForgetAfter { get; init; }

    /// <summary>By how much clocks may differ.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>Nodes kept in mind: of a network with more, somebody should write down who links to whom.</summary>
    public const int Capacity = 1000;
}
