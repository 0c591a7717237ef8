using Anode.Cluster.Placement;
using Anode.Sockets.Serialization;
using MessagePack;

namespace Anode.Cluster.Wire;

/// <summary>What directors and hosts say to each other, item by item.</summary>
internal static class PlacementFormats
{
    public static void Write(ref MessagePackWriter writer, Claim claim)
    {
        writer.WriteArrayHeader(3);
        writer.Write(claim.Term);
        writer.Write(claim.Uid);
        writer.Write(claim.At);
    }

    public static Claim ReadClaim(scoped ref WireReader items) => new(items.Long(), items.Int(), items.Long());

    public static void Write(ref MessagePackWriter writer, Promise promise)
    {
        writer.WriteArrayHeader(10);
        writer.Write(promise.Term);
        writer.Write(promise.Uid);
        writer.Write(promise.Seq);
        writer.Write(promise.At);
        writer.Write(promise.Echo);
        writer.Write(promise.Node);
        WriteTexts(ref writer, promise.Roles);
        writer.Write(promise.Takes);
        writer.WriteArrayHeader(promise.Declared.Count);
        foreach (var endpoint in promise.Declared)
        {
            writer.WriteArrayHeader(3);
            writer.Write(endpoint.Name);
            WriteTexts(ref writer, endpoint.Roles);
            WriteTexts(ref writer, endpoint.Prefer);
        }

        WriteHeld(ref writer, promise.Held);
    }

    public static Promise ReadPromise(scoped ref WireReader items) => new(
        items.Long(), items.Int(), items.Long(), items.Long(), items.Long(), items.Text(), items.Record(ReadTexts), items.Bool(),
        items.Record(ReadDeclared), items.Record(ReadHeld));

    public static void Write(ref MessagePackWriter writer, Denied denied)
    {
        writer.WriteArrayHeader(1);
        writer.Write(denied.Term);
    }

    public static Denied ReadDenied(scoped ref WireReader items) => new(items.Long());

    public static void Write(ref MessagePackWriter writer, Report report)
    {
        writer.WriteArrayHeader(8);
        writer.Write(report.Term);
        writer.Write(report.Uid);
        writer.Write(report.Seq);
        writer.Write(report.At);
        writer.Write(report.Echo);
        writer.Write(report.Takes);
        writer.Write(report.Table);
        WriteHeld(ref writer, report.Held);
    }

    public static Report ReadReport(scoped ref WireReader items) => new(
        items.Long(), items.Int(), items.Long(), items.Long(), items.Long(), items.Bool(), items.Long(), items.Record(ReadHeld));

    public static void Write(ref MessagePackWriter writer, Assign assign)
    {
        writer.WriteArrayHeader(6);
        writer.Write(assign.Term);
        writer.Write(assign.Uid);
        writer.Write(assign.Seq);
        writer.Write(assign.At);
        writer.Write(assign.Echo);
        WriteHeld(ref writer, assign.Wanted);
    }

    public static Assign ReadAssign(scoped ref WireReader items) => new(
        items.Long(), items.Int(), items.Long(), items.Long(), items.Long(), items.Record(ReadHeld));

    public static void Write(ref MessagePackWriter writer, Placements placements)
    {
        writer.WriteArrayHeader(3);
        writer.Write(placements.Term);
        writer.Write(placements.Version);
        writer.WriteArrayHeader(placements.Entries.Count);
        foreach (var placed in placements.Entries)
        {
            writer.WriteArrayHeader(4);
            writer.Write(placed.Endpoint);
            writer.Write(placed.Node);
            Write(ref writer, placed.Epoch);
        }
    }

    public static Placements ReadPlacements(scoped ref WireReader items) => new(items.Long(), items.Long(), items.Record(ReadPlaced));

    public static void Write(ref MessagePackWriter writer, Move move)
    {
        writer.WriteArrayHeader(2);
        writer.Write(move.Endpoint);
        writer.Write(move.Node);
    }

    public static Move ReadMove(scoped ref WireReader items) => new(items.Text(), items.Text());

    public static void Write(ref MessagePackWriter writer, Moved moved)
    {
        writer.WriteArrayHeader(1);
        writer.Write(moved.Why);
    }

    public static Moved ReadMoved(scoped ref WireReader items) => new(items.TextOrNull());

    private static void WriteHeld(ref MessagePackWriter writer, IReadOnlyList<Held> held)
    {
        writer.WriteArrayHeader(held.Count);
        foreach (var one in held)
        {
            writer.WriteArrayHeader(3);
            writer.Write(one.Endpoint);
            Write(ref writer, one.Epoch);
        }
    }

    private static void WriteTexts(ref MessagePackWriter writer, IReadOnlyList<string> texts)
    {
        writer.WriteArrayHeader(texts.Count);
        foreach (var text in texts)
            writer.Write(text);
    }

    private static void Write(ref MessagePackWriter writer, Epoch epoch)
    {
        writer.Write(epoch.Term);
        writer.Write(epoch.Number);
    }

    private static List<string> ReadTexts(scoped ref WireReader items)
    {
        var texts = new List<string>();
        while (items.HasMore)
            texts.Add(items.Text());
        return texts;
    }

    private static List<Declared> ReadDeclared(scoped ref WireReader items)
    {
        var declared = new List<Declared>();
        while (items.HasMore)
            declared.Add(items.Record(ReadOneDeclared));
        return declared;
    }

    private static Declared ReadOneDeclared(scoped ref WireReader items) => new(items.Text(), items.Record(ReadTexts), items.Record(ReadTexts));

    private static List<Held> ReadHeld(scoped ref WireReader items)
    {
        var held = new List<Held>();
        while (items.HasMore)
            held.Add(items.Record(ReadOneHeld));
        return held;
    }

    private static Held ReadOneHeld(scoped ref WireReader items) => new(items.Text(), ReadEpoch(ref items));

    private static List<Placed> ReadPlaced(scoped ref WireReader items)
    {
        var placed = new List<Placed>();
        while (items.HasMore)
            placed.Add(items.Record(ReadOnePlaced));
        return placed;
    }

    private static Placed ReadOnePlaced(scoped ref WireReader items) => new(items.Text(), items.Text(), ReadEpoch(ref items));

    private static Epoch ReadEpoch(scoped ref WireReader items) => new(items.Long(), items.Long());
}
