namespace Anode.Operations.Toxiproxy;

/// <summary>Makes toxics felt: each is a fault on the connections of its proxy's endpoint.</summary>
internal interface IToxicFaults
{
    /// <returns>The fault's id; null where there is nothing to begin.</returns>
    /// <exception cref="ToxiproxyError">It cannot be begun.</exception>
    Task<string?> BeginAsync(string endpoint, Toxic toxic);

    /// <summary>Ends it; one that has ended already is no matter.</summary>
    Task EndAsync(string? fault);
}
