using Anode.Messages;
using MessagePack;

namespace Anode.Sockets.Serialization;

/// <summary>Items of <see cref="Sock.IEvent"/> records, in the order of their parameters. New items go to the end.</summary>
internal static class EventFormats
{
    public static void Write(ref MessagePackWriter writer, Sock.Opened opened)
    {
        writer.WriteArrayHeader(2);
        writer.Write((int)opened.Family);
        writer.Write((int)opened.Kind);
    }

    public static Sock.Opened ReadOpened(scoped ref WireReader items) => new((Family)items.Int(), (SocketKind)items.Int());

    public static void Write(ref MessagePackWriter writer, Sock.Bound bound)
    {
        writer.WriteArrayHeader(1);
        writer.Write(bound.Local);
    }

    public static Sock.Bound ReadBound(scoped ref WireReader items) => new(items.Record(ValueFormats.ReadAddress));

    public static void Write(ref MessagePackWriter writer, Sock.Listening listening)
    {
        writer.WriteArrayHeader(2);
        writer.Write(listening.Local);
        writer.Write(listening.Backlog);
    }

    public static Sock.Listening ReadListening(scoped ref WireReader items) =>
        new(items.Record(ValueFormats.ReadAddress), items.Int());

    public static void Write(ref MessagePackWriter writer, Sock.Accepted accepted)
    {
        writer.WriteArrayHeader(3);
        writer.Write(accepted.Conn);
        writer.Write(accepted.Address);
        writer.Write(accepted.Credentials);
    }

    public static Sock.Accepted ReadAccepted(scoped ref WireReader items) => new(
        items.Long(),
        items.Record(ValueFormats.ReadAddress),
        items.RecordOrNull(ValueFormats.ReadCredentials));

    public static void Write(ref MessagePackWriter writer, Sock.Connected connected)
    {
        writer.WriteArrayHeader(3);
        writer.Write(connected.Conn);
        writer.Write(connected.Local);
        writer.Write(connected.Remote);
    }

    public static Sock.Connected ReadConnected(scoped ref WireReader items) =>
        new(items.Long(), items.Record(ValueFormats.ReadAddress), items.Record(ValueFormats.ReadAddress));

    public static void Write(ref MessagePackWriter writer, Sock.Received received)
    {
        writer.WriteArrayHeader(1);
        writer.Write(received.Bytes.Span);
    }

    public static Sock.Received ReadReceived(scoped ref WireReader items) => new(items.Bytes());

    public static void Write(ref MessagePackWriter writer, Sock.ReceivedFrom received)
    {
        writer.WriteArrayHeader(3);
        writer.Write(received.Bytes.Span);
        writer.Write(received.Address);
        writer.Write(received.Truncated);
    }

    public static Sock.ReceivedFrom ReadReceivedFrom(scoped ref WireReader items) =>
        new(items.Bytes(), items.Record(ValueFormats.ReadAddress), items.BoolOrNull() ?? false);

    public static void Write(ref MessagePackWriter writer, Sock.Sent sent)
    {
        writer.WriteArrayHeader(1);
        writer.Write(sent.Receipt);
    }

    public static Sock.Sent ReadSent(scoped ref WireReader items) => new(items.Long());

    public static void Write(ref MessagePackWriter writer, Sock.SentTo sent)
    {
        writer.WriteArrayHeader(1);
        writer.Write(sent.Receipt);
    }

    public static Sock.SentTo ReadSentTo(scoped ref WireReader items) => new(items.Long());

    public static void Write(ref MessagePackWriter writer, Sock.HostName hostName)
    {
        writer.WriteArrayHeader(1);
        writer.Write(hostName.Name);
    }

    public static Sock.HostName ReadHostName(scoped ref WireReader items) => new(items.Text());

    public static void Write(ref MessagePackWriter writer, Sock.Closed closed)
    {
        writer.WriteArrayHeader(2);
        writer.Write((int)closed.Reason);
        writer.Write(closed.Errno);
    }

    public static Sock.Closed ReadClosed(scoped ref WireReader items) => new((CloseReason)items.Int(), items.IntOrNull() ?? 0);

    public static void Write(ref MessagePackWriter writer, Sock.CommandFailed failed)
    {
        writer.WriteArrayHeader(4);
        WriteCommand(ref writer, failed.Command);
        writer.Write(failed.Errno);
        writer.Write(failed.Name);
        writer.Write(failed.Message);
    }

    public static Sock.CommandFailed ReadCommandFailed(scoped ref WireReader items) =>
        new(items.Record(ReadCommand), items.Int(), items.Text(), items.Text());

    /// <summary><c>[manifest, body]</c>: the failed command may be any, and its code tells which.</summary>
    private static void WriteCommand(ref MessagePackWriter writer, Sock.ICommand command)
    {
        var row = MessageTable.For(command);
        writer.WriteArrayHeader(2);
        writer.Write(row.Manifest);
        row.Write(ref writer, command);
    }

    private static Sock.ICommand ReadCommand(scoped ref WireReader items)
    {
        var manifest = items.Text();
        return MessageTable.Find(manifest) is { } row && row.Type.IsAssignableTo(typeof(Sock.ICommand))
            ? (Sock.ICommand)items.Record(row.Read)
            : throw new MessagePackSerializationException($"'{manifest}' is not the manifest of a command that can fail");
    }
}
