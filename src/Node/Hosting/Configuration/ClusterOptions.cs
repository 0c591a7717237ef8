using Anode.Cluster;
using Anode.Messages;

namespace Anode.Hosting.Configuration;

/// <summary>Membership in a cluster of nodes. Units and reasons: <c>hocon.conf</c>.</summary>
internal sealed record ClusterOptions
{
    /// <summary>Where the other members reach this one; null: not in a cluster.</summary>
    public required NetAddress? Address { get; init; }

    public required ValueList<NetAddress> Seeds { get; init; }

    /// <summary>What the rest of the mesh calls it.</summary>
    public required string Name { get; init; }

    public required ClusterProfile Profile { get; init; }

    public required ValueList<string> Roles { get; init; }

    /// <summary>Votes, and serves nobody.</summary>
    public required bool Voter { get; init; }

    public required int MinMembers { get; init; }

    public static ClusterOptions Map(Fields<ClusterOptions> fields)
    {
        var cluster = new ClusterOptions
        {
            Address = fields.Value("address", o => o.Address, AddressOrOff),
            Seeds = fields.List("seeds", o => o.Seeds, Seed),
            Name = fields.Value("name", o => o.Name, EndpointKinds.Word),
            Profile = fields.Value("profile", o => o.Profile, Profiles),
            Roles = fields.List("roles", o => o.Roles, EndpointKinds.Word),
            Voter = fields.Switch("voter", o => o.Voter),
            MinMembers = fields.Count("min-members", o => o.MinMembers, 1, 100),
        };
        fields.Require(cluster.Address is not null || cluster.Seeds.Count == 0, "seeds", "node.cluster.seeds is for a node with node.cluster.address: --cluster HOST:PORT");
        fields.Require(cluster.Address is not null || !cluster.Voter, "voter", "node.cluster.voter is for a node with node.cluster.address: --cluster HOST:PORT");
        return cluster;
    }

    private static readonly ValueKind<ClusterProfile> Profiles = ValueKinds.OneOf(("safe", ClusterProfile.Safe), ("lab", ClusterProfile.Lab));

    /// <summary>Members say this address to each other, so it has to be one that leads here from elsewhere: not 0.0.0.0.</summary>
    private static readonly ValueKind<NetAddress?> AddressOrOff = new(
        text => text.Length == 0 ? new Read<NetAddress?>(null, null)
            : TryParse(text, out var address) && address.Host is not ("0.0.0.0" or "::") ? address
            : ValueKinds.Wrong<NetAddress?>("is not HOST:PORT as the other members reach this one: write 10.0.0.5:7500"),
        address => address is null ? "" : TextOf(address),
        null);

    private static readonly ValueKind<NetAddress> Seed = new(
        text => TryParse(text, out var address) && address.Port != 0 ? address : ValueKinds.Wrong<NetAddress>("is not HOST:PORT of a member: write 10.0.0.5:7500"),
        TextOf,
        NetAddress.HostPort(Scheme.Tcp, "127.0.0.1", 1));

    private static string TextOf(NetAddress address) => address.ToString()["tcp://".Length..];

    private static bool TryParse(string text, out NetAddress address)
    {
        var valid = NetAddress.TryParse($"tcp://{text}", out var parsed, out _) && !text.Contains('/');
        address = parsed!;
        return valid;
    }
}
