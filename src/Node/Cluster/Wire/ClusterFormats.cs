using System.Collections.Frozen;
using System.Runtime.Serialization;
using Anode.Sockets.Serialization;
using MessagePack;

namespace Anode.Cluster.Wire;

/// <summary>Manifest ↔ message. A manifest is never given to another message, and items are only ever added at the end.</summary>
internal static class ClusterFormats
{
    public static readonly IReadOnlyList<MessageRow> Rows =
    [
        Row<Hello>("hello", Write, ReadHello),
        Row<Refused>("refused", Write, ReadRefused),
    ];

    private static readonly FrozenDictionary<Type, MessageRow> ByType = Rows.ToFrozenDictionary(row => row.Type);
    private static readonly FrozenDictionary<string, MessageRow> ByManifest = Rows.ToFrozenDictionary(row => row.Manifest);

    public static MessageRow? Find(string? manifest) => ByManifest.GetValueOrDefault(manifest ?? "");

    public static MessageRow For(object message) => ByType.GetValueOrDefault(message.GetType())
        ?? throw new SerializationException($"{message.GetType()} has no row in the table of what members say to each other");

    private static void Write(ref MessagePackWriter writer, Hello hello)
    {
        writer.WriteArrayHeader(7);
        writer.Write(hello.Uid);
        writer.Write(hello.Name);
        writer.Write(hello.Incarnation);
        writer.Write(hello.Link);
        writer.Write(hello.Voter);
        writer.WriteArrayHeader(hello.Doors.Count);
        foreach (var door in hello.Doors)
        {
            writer.WriteArrayHeader(2);
            writer.Write(door.Protocol);
            writer.Write(door.Address);
        }

        writer.Write(hello.Answer);
    }

    private static Hello ReadHello(scoped ref WireReader items) => new(
        items.Int(), items.Text(), items.Long(), items.RecordOrNull(ValueFormats.ReadAddress), items.Bool(), items.Record(ReadDoors), items.Bool());

    private static List<Door> ReadDoors(scoped ref WireReader items)
    {
        var doors = new List<Door>();
        while (items.HasMore)
            doors.Add(items.Record(ReadDoor));
        return doors;
    }

    private static Door ReadDoor(scoped ref WireReader items) => new(items.Text(), items.Record(ValueFormats.ReadAddress));

    private static void Write(ref MessagePackWriter writer, Refused refused)
    {
        writer.WriteArrayHeader(2);
        writer.Write(refused.Address);
        writer.Write(refused.Uid);
    }

    private static Refused ReadRefused(scoped ref WireReader items) => new(items.Text(), items.Int());

    private static MessageRow Row<T>(string manifest, WriteMessage<T> write, ReadItems<T> read) where T : class =>
        new(typeof(T), manifest, (ref writer, message) => write(ref writer, (T)message), read);
}
