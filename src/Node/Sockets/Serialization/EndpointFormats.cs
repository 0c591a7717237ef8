using Anode.Messages;
using MessagePack;

namespace Anode.Sockets.Serialization;

/// <summary>Items of the records in <see cref="Endpoint"/>, in the order of their parameters. New items go to the end.</summary>
internal static class EndpointFormats
{
    public static void Write(ref MessagePackWriter writer, Endpoint.Status status)
    {
        writer.WriteArrayHeader(16);
        writer.Write(status.Name);
        writer.Write(status.Kind);
        writer.Write(status.Protocol);
        writer.Write((int?)status.Family);
        writer.Write((int)status.Type);
        writer.Write(status.Address);
        writer.Write(status.Local);
        writer.Write((int)status.State);
        writer.Write(status.Required);
        writer.Write(status.Incarnation);
        writer.Write(status.Restarts);
        WriteFailure(ref writer, status.LastFailure);
        writer.Write(status.Attempts);
        writer.Write(status.NextAttemptAt);
        writer.Write(status.Connections);
        writer.Write(status.ActorPath);
    }

    public static Endpoint.Status ReadStatus(scoped ref WireReader items) => new(
        Name: items.Text(),
        Kind: items.Text(),
        Protocol: items.Text(),
        Family: (Family?)items.IntOrNull(),
        Type: (SocketKind)items.Int(),
        Address: items.Record(ValueFormats.ReadAddress),
        Local: items.RecordOrNull(ValueFormats.ReadAddress),
        State: (Endpoint.State)items.Int(),
        Required: items.Bool(),
        Incarnation: items.Int(),
        Restarts: items.Int(),
        LastFailure: items.RecordOrNull(ReadFailure),
        Attempts: items.Int(),
        NextAttemptAt: items.TimeOrNull(),
        Connections: items.Int(),
        ActorPath: items.Text());

    public static void Write(ref MessagePackWriter writer, Endpoint.Changed changed)
    {
        writer.WriteArrayHeader(1);
        Write(ref writer, changed.Status);
    }

    public static Endpoint.Changed ReadChanged(scoped ref WireReader items) => new(items.Record(ReadStatus));

    public static void Write(ref MessagePackWriter writer, Endpoint.Unavailable unavailable)
    {
        writer.WriteArrayHeader(3);
        writer.Write(unavailable.Name);
        writer.Write((int)unavailable.State);
        writer.Write(unavailable.Message);
    }

    public static Endpoint.Unavailable ReadUnavailable(scoped ref WireReader items) =>
        new(items.Text(), (Endpoint.State)items.Int(), items.Text());

    private static void WriteFailure(ref MessagePackWriter writer, Endpoint.Failure? failure)
    {
        if (failure is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(4);
        writer.Write(failure.Errno);
        writer.Write(failure.Name);
        writer.Write(failure.Message);
        writer.Write(failure.At.UtcDateTime);
    }

    private static Endpoint.Failure ReadFailure(scoped ref WireReader items) =>
        new(items.Int(), items.Text(), items.Text(), items.Time());
}
