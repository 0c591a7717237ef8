using Anode.Sockets.Serialization;
using MessagePack;

namespace Anode.Cluster.Wire;

/// <summary>What members say of themselves and of each other, item by item.</summary>
internal static class MemberFormats
{
    public static void Write(ref MessagePackWriter writer, Hello hello)
    {
        writer.WriteArrayHeader(8);
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
        writer.Write(hello.Votes);
    }

    public static Hello ReadHello(scoped ref WireReader items) => new(
        items.Int(), items.Text(), items.Long(), items.RecordOrNull(ValueFormats.ReadAddress), items.Bool(), items.Record(ReadDoors), items.Bool(),
        items.IntOrNull() ?? 0);

    private static List<Door> ReadDoors(scoped ref WireReader items)
    {
        var doors = new List<Door>();
        while (items.HasMore)
            doors.Add(items.Record(ReadDoor));
        return doors;
    }

    private static Door ReadDoor(scoped ref WireReader items) => new(items.Text(), items.Record(ValueFormats.ReadAddress));

    public static void Write(ref MessagePackWriter writer, Refused refused)
    {
        writer.WriteArrayHeader(2);
        writer.Write(refused.Address);
        writer.Write(refused.Uid);
    }

    public static Refused ReadRefused(scoped ref WireReader items) => new(items.Text(), items.Int());
}
