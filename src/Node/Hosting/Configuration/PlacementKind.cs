namespace Anode.Hosting.Configuration;

/// <summary>Where a listener runs.</summary>
internal enum PlacementKind
{
    /// <summary>Here.</summary>
    Local = 0,

    /// <summary>On exactly one of the members that have it in their configuration.</summary>
    Cluster = 1,
}
