using System.Collections.Frozen;
using System.Runtime.Serialization;
using Anode.Sockets.Serialization;
using static Anode.Cluster.Wire.MemberFormats;
using static Anode.Cluster.Wire.PlacementFormats;

namespace Anode.Cluster.Wire;

/// <summary>Manifest ↔ message. A manifest is never given to another message, and items are only ever added at the end.</summary>
internal static class ClusterFormats
{
    public static readonly IReadOnlyList<MessageRow> Rows =
    [
        Row<Hello>("hello", Write, ReadHello),
        Row<Refused>("refused", Write, ReadRefused),
        Row<Claim>("claim", Write, ReadClaim),
        Row<Promise>("promise", Write, ReadPromise),
        Row<Denied>("denied", Write, ReadDenied),
        Row<Report>("report", Write, ReadReport),
        Row<Assign>("assign", Write, ReadAssign),
        Row<Placements>("placements", Write, ReadPlacements),
        Row<Move>("move", Write, ReadMove),
        Row<Moved>("moved", Write, ReadMoved),
    ];

    private static readonly FrozenDictionary<Type, MessageRow> ByType = Rows.ToFrozenDictionary(row => row.Type);
    private static readonly FrozenDictionary<string, MessageRow> ByManifest = Rows.ToFrozenDictionary(row => row.Manifest);

    public static MessageRow? Find(string? manifest) => ByManifest.GetValueOrDefault(manifest ?? "");

    public static MessageRow For(object message) => ByType.GetValueOrDefault(message.GetType())
        ?? throw new SerializationException($"{message.GetType()} has no row in the table of what members say to each other");

    private static MessageRow Row<T>(string manifest, WriteMessage<T> write, ReadItems<T> read) where T : class =>
        new(typeof(T), manifest, (ref writer, message) => write(ref writer, (T)message), read);
}
